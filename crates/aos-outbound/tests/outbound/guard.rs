//! No address that is not public is called, however it is spelled and whoever names it.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{Arc, LazyLock, atomic::Ordering},
};

use aos_outbound::{HostRule, Outbound, OutboundConfig, OutboundErrorKind, Request, Sent, refusal};
use proptest::prelude::*;
use url::Url;

use crate::server::{Names, outbound, serve_bytes, url};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi";

fn judge(text: &str) -> Result<(), OutboundErrorKind> {
    static NOTHING_ALLOWED: LazyLock<Outbound> = LazyLock::new(|| outbound(&[]));
    let url = Url::parse(text).unwrap();
    NOTHING_ALLOWED.allows_literally(&url).map_err(|error| error.kind)
}

#[test]
fn addresses_of_this_machine_and_of_private_networks_are_refused_in_every_spelling() {
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "127.0.0.1.",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "0",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.5.4",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "198.18.0.1",
        "192.0.2.1",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:10.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::a00:1]",
        "[2002:7f00:1::]",
        "[2002:a00:1::1]",
        "[2001::1]",
        "[2001:db8::1]",
        "[3fff::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[100::1]",
        "[5f00::1]",
        "①②⑦.⓪.⓪.①",
    ] {
        assert_eq!(judge(&format!("http://{host}/")), Err(OutboundErrorKind::Blocked), "{host}");
    }
}

#[test]
fn public_addresses_and_names_pass() {
    for host in ["93.184.215.14", "1.1.1.1", "[2606:4700::1111]", "[64:ff9b::101:101]", "[2002:101:101::]", "acme.test"]
    {
        assert_eq!(judge(&format!("https://{host}/")), Ok(()), "{host}");
    }
}

#[test]
fn only_web_addresses_are_called() {
    for text in ["file:///etc/passwd", "ftp://a.test/", "data:text/plain,hi", "javascript:alert(1)", "gopher://a.test/"]
    {
        assert_eq!(judge(text), Err(OutboundErrorKind::InvalidUrl), "{text}");
    }
}

#[test]
fn an_allow_rule_is_read_as_written_and_covers_that_host_alone() {
    for (text, host, port) in [
        ("127.0.0.1:8088", "127.0.0.1", Some(8088)),
        ("intranet.local", "intranet.local", None),
        ("Intranet.Local.:80", "intranet.local", Some(80)),
        ("[::1]:9", "::1", Some(9)),
        ("::1", "::1", None),
    ] {
        let rule: HostRule = text.parse().unwrap();
        assert_eq!((rule.host.as_str(), rule.port), (host, port), "{text}");
        assert_eq!(rule.to_string().parse::<HostRule>().unwrap(), rule);
    }
    for text in ["", "http://a.test", "a.test/path", "a.test:99999", "user@a.test", "a b"] {
        assert!(text.parse::<HostRule>().is_err(), "{text}");
    }
    let allow = vec!["127.0.0.1:8088".parse().unwrap(), "intranet.local".parse().unwrap()];
    let outbound = Outbound::new(OutboundConfig { allow, ..OutboundConfig::default() }).unwrap();
    let allowed = |text: &str| outbound.allows_literally(&Url::parse(text).unwrap()).is_ok();
    assert!(allowed("http://127.0.0.1:8088/x"));
    assert!(allowed("http://127.1:8088/x"));
    assert!(!allowed("http://127.0.0.1:8089/x"));
    assert!(!allowed("http://127.0.0.2:8088/x"));
    assert!(!allowed("https://127.0.0.1/x"));
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_called() {
    let (address, requests) = serve_bytes(OK).await;
    let names = Names::default().with("inside.test", &[&["127.0.0.1"]]);
    let outbound = Outbound::with_lookup(OutboundConfig::default(), Arc::new(names)).unwrap();
    let target = Url::parse(&format!("http://inside.test:{}/", address.port())).unwrap();

    let error = outbound.send(Request::get(target)).await.unwrap_err();

    assert_eq!((error.kind, error.sent), (OutboundErrorKind::Blocked, Sent::No));
    assert!(error.message.contains("this machine"), "{}", error.message);
    assert_eq!(requests.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_name_that_answers_differently_the_second_time_gains_nothing() {
    let (address, requests) = serve_bytes(OK).await;
    let names = Names::default().with("rebinding.test", &[&["93.184.215.14"], &["127.0.0.1"]]);
    let outbound = Outbound::with_lookup(OutboundConfig::default(), Arc::new(names)).unwrap();
    let target = Url::parse(&format!("http://rebinding.test:{}/", address.port())).unwrap();

    outbound.check_url(&target).await.unwrap();
    let error = outbound.send(Request::get(target)).await.unwrap_err();

    assert_eq!(error.kind, OutboundErrorKind::Blocked);
    assert_eq!(requests.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn the_check_for_browsers_asks_for_the_addresses_of_a_name() {
    let names = Names::default()
        .with("outside.test", &[&["93.184.215.14"]])
        .with("inside.test", &[&["10.1.2.3", "fd00::1"]])
        .with("mixed.test", &[&["10.1.2.3", "93.184.215.14"]]);
    let outbound = Outbound::with_lookup(OutboundConfig::default(), Arc::new(names)).unwrap();
    let check = async |text: &str| outbound.check_url(&Url::parse(text).unwrap()).await.map_err(|error| error.kind);

    assert_eq!(check("https://outside.test/").await, Ok(()));
    assert_eq!(check("https://inside.test/").await, Err(OutboundErrorKind::Blocked));
    // Only its public address would be connected to.
    assert_eq!(check("https://mixed.test/").await, Ok(()));
    assert_eq!(check("https://nowhere.test/").await, Err(OutboundErrorKind::Dns));
    assert_eq!(check("http://[::1]/").await, Err(OutboundErrorKind::Blocked));
}

#[tokio::test]
async fn a_redirect_to_the_inside_is_not_followed() {
    let (inner, requests) = serve_bytes(OK).await;
    let answer = format!("HTTP/1.1 302 Found\r\nlocation: http://{inner}/\r\ncontent-length: 0\r\n\r\n");
    let (outer, _) = serve_bytes(answer).await;

    let error = outbound(&[outer]).send(Request::get(url(outer, "/"))).await.unwrap_err();

    assert_eq!(error.kind, OutboundErrorKind::Blocked);
    assert_eq!(requests.load(Ordering::SeqCst), 0);
}

/// What the standard library knows of IPv4, written down a second time on purpose.
fn is_inside(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19))
        || address == Ipv4Addr::new(168, 63, 129, 16)
}

/// Any address, with those near the borders more often than chance would have it.
fn any_v4() -> impl Strategy<Value = Ipv4Addr> {
    let first =
        prop_oneof![any::<u8>(), prop::sample::select(vec![0, 10, 100, 127, 168, 169, 172, 192, 198, 203, 224])];
    let second = prop_oneof![any::<u8>(), prop::sample::select(vec![0, 15, 16, 31, 32, 63, 64, 127, 128, 168, 254])];
    (first, second, any::<u8>(), any::<u8>()).prop_map(|(a, b, c, d)| Ipv4Addr::new(a, b, c, d))
}

proptest! {
    #[test]
    fn an_address_is_refused_exactly_when_it_is_inside(address in any_v4()) {
        prop_assert_eq!(refusal(IpAddr::V4(address)).is_some(), is_inside(address));
    }

    #[test]
    fn an_address_within_an_address_is_judged_as_what_it_stands_for(address in any_v4()) {
        let refused = refusal(IpAddr::V4(address)).is_some();
        let [a, b, c, d] = address.octets();
        let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        for wrapped in [
            address.to_ipv6_mapped(),
            Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
            Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
        ] {
            prop_assert_eq!(refusal(IpAddr::V6(wrapped)).is_some(), refused, "{}", wrapped);
        }
    }

    #[test]
    fn nothing_outside_the_global_range_passes(groups in any::<[u16; 8]>()) {
        let address = Ipv6Addr::from(groups);
        let embeds = address.to_ipv4_mapped().is_some() || groups[..6] == [0x64, 0xff9b, 0, 0, 0, 0];
        if groups[0] >> 13 != 1 && !embeds {
            prop_assert!(refusal(IpAddr::V6(address)).is_some());
        }
    }

    #[test]
    fn a_spelling_never_changes_the_judgement(address in any_v4()) {
        let expected = judge(&format!("http://{address}/"));
        let number = u32::from(address);
        for spelling in [format!("{number}"), format!("{number:#x}"), format!("0{number:o}")] {
            prop_assert_eq!(judge(&format!("http://{spelling}/")), expected, "{}", spelling);
        }
    }
}
