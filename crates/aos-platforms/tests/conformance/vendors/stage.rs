//! A platform with the simulated vendor behind it, a connected account, and somebody who makes things go wrong.

use std::{cell::Cell, sync::Arc};

use aos_capabilities::{
    Account, Capability, Descriptor, Platform,
    campaign::{Campaign, SendMode, Sender},
    connect::{Authorize, OAuthApp, Target, Tokens, Visit},
    post::{MediaKind, Post, PostMedia},
};
use aos_kernel::{ChannelId, ContentItemId, Secret, TenantId};
use aos_outbound::Recorder;
use aos_platforms::Vendor;
use aos_sandbox::{Fault, Sandbox, SandboxConfig, Service};
use bytes::Bytes;
use url::Url;

use crate::{
    bench::{Mishap, StandingClock, now},
    wordpress::outbound,
};

type Agree = fn(&Sandbox, &Url, &str, Option<&[&str]>) -> Result<Url, String>;

/// A platform's part of the suite, as data and as the handles of its vendor.
#[derive(Clone)]
pub struct Staging {
    pub make: fn(Vendor) -> Box<dyn Platform>,
    pub service: Service,
    /// The requests that make a post or a campaign: method and start of the path.
    pub create: (&'static str, &'static str),
    /// The requests that read one.
    pub read: (&'static str, &'static str),
    /// A person agrees; to these scopes only, where some are given.
    pub agree: Agree,
    pub decline: fn(&Sandbox, &Url) -> Result<Url, String>,
    /// Posts, articles or campaigns that stand there.
    pub standing: fn(&Sandbox) -> usize,
    /// Anna removes the application at the vendor.
    pub revoke: fn(&Sandbox),
    /// All access tokens end.
    pub expire: fn(&Sandbox),
    /// Somebody removes what stands there.
    pub delete: fn(&Sandbox, &str),
    /// Whether Ben, who has nothing there, is offered nothing to connect.
    pub ben_has_nothing: bool,
    /// Whether the same words twice are refused.
    pub refuses_twins: bool,
    /// From now on the platform shows posts to nobody who looks for them, where it has such.
    pub hide: Option<fn(&Sandbox)>,
    /// Whether each post needs a picture, and how it looks: content type and bytes.
    pub picture: (&'static str, &'static [u8]),
    pub picture_required: bool,
}

impl Staging {
    pub fn descriptor(&self) -> Descriptor {
        let outbound = aos_outbound::Outbound::replaying(Vec::new()).unwrap();
        (self.make)(Vendor::new(outbound, Arc::new(StandingClock(now())))).descriptor().clone()
    }
}

pub struct Stage {
    pub staging: Staging,
    pub sandbox: Sandbox,
    pub recorder: Recorder,
    pub platform: Box<dyn Platform>,
    account: Option<Account>,
    /// Serves pictures to vendors that fetch them.
    pictures: Url,
    unreachable: Cell<bool>,
}

impl Stage {
    /// With Anna's account connected through the consent page.
    pub async fn open(staging: Staging) -> Self {
        let config = SandboxConfig { clock: Arc::new(StandingClock(now())), ..SandboxConfig::default() };
        let sandbox = Sandbox::start(config).await.unwrap();
        // What a vendor processes is done when somebody looks for the first time.
        sandbox.vendors().tiktok().configure(|settings| settings.looks_until_done = 0);
        let recorder = Recorder::default();
        let root = Url::parse(&sandbox.vendors().url()).unwrap();
        let vendor = Vendor::new(outbound(&recorder), Arc::new(StandingClock(now()))).simulated(root);
        let platform = (staging.make)(vendor);
        let pictures = serve(staging.picture).await;
        let mut stage =
            Self { staging, sandbox, recorder, platform, account: None, pictures, unreachable: Cell::new(false) };
        if stage.declares(Capability::Authorize) {
            let (tokens, target) = stage.connect("anna").await;
            stage.account = Some(stage.account_of(&tokens, &target));
        }
        stage
    }

    pub fn declares(&self, capability: Capability) -> bool {
        self.platform.descriptor().capabilities.contains(&capability)
    }
    pub fn authorize(&self) -> &dyn Authorize {
        self.platform.authorize().expect("a platform that declares consent has it")
    }
    pub fn app(&self) -> OAuthApp {
        OAuthApp {
            client_id: "agency-os".to_owned(),
            client_secret: Secret::new("sandbox-client-secret"),
            redirect: Url::parse("http://127.0.0.1:7777/channels/return").unwrap(),
        }
    }
    pub fn visit() -> Visit {
        Visit {
            state: Secret::new("state-of-one-visit-4711"),
            verifier: Secret::new("verifier-verifier-verifier-verifier-verifier-0815"),
        }
    }

    /// Through the consent page: the code that a person comes back with.
    pub fn code(&self, person: &str, scopes: Option<&[&str]>) -> Secret {
        let departure = self.authorize().departure(&self.app(), &Self::visit()).unwrap();
        let back = (self.staging.agree)(&self.sandbox, &departure, person, scopes).unwrap();
        let given = |name: &str| back.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned());
        assert_eq!(given("state").as_deref(), Some(Self::visit().state.expose()), "{back}");
        Secret::new(given("code").expect("a code"))
    }

    /// Anna's tokens and the first thing that she can connect.
    pub async fn connect(&self, person: &str) -> (Tokens, Target) {
        let tokens = self.authorize().redeem(&self.app(), &Self::visit(), &self.code(person, None)).await.unwrap();
        let targets = self.authorize().targets(&self.app(), &tokens).await.unwrap();
        let target = targets.into_iter().find(|target| target.refusal.is_none()).expect("something to connect");
        (tokens, target)
    }

    /// The handle that the product would make of it.
    pub fn account_of(&self, tokens: &Tokens, target: &Target) -> Account {
        let tokens = target.tokens.as_ref().unwrap_or(tokens);
        Account {
            tenant: TenantId::new(),
            channel: ChannelId::new(),
            base_url: target.url.clone().unwrap_or_else(|| self.pictures.clone()),
            login: None,
            secret: tokens.access.clone(),
            settings: target.settings.clone(),
        }
    }

    pub fn account(&self) -> Account {
        self.account.clone().expect("a connected account")
    }

    /// A post that the platform takes, with these words.
    pub fn post(&self, text: &str) -> Post {
        let media = if self.staging.picture_required { vec![self.picture()] } else { Vec::new() };
        Post {
            item: ContentItemId::new(),
            text: text.to_owned(),
            title: None,
            link: None,
            media,
            action: None,
            language: Some("en".to_owned()),
        }
    }

    pub fn picture(&self) -> PostMedia {
        let (content_type, bytes) = self.staging.picture;
        PostMedia {
            kind: MediaKind::Image,
            file_name: format!("office.{}", content_type.rsplit('/').next().unwrap()),
            content_type: content_type.to_owned(),
            bytes: Bytes::from_static(bytes),
            public_url: Some(self.pictures.clone()),
            alt: "A garden office between two birches".to_owned(),
            width: Some(600),
            height: Some(600),
        }
    }

    /// A campaign that the platform takes.
    pub async fn campaign(&self, subject: &str, mode: SendMode) -> Campaign {
        let campaigns = self.platform.campaigns().unwrap();
        let audience = campaigns.audiences(&self.account()).await.unwrap().remove(0);
        let leave = self.platform.descriptor().campaigns.unwrap().unsubscribe;
        Campaign {
            item: ContentItemId::new(),
            name: format!("Newsletter: {subject}"),
            subject: subject.to_owned(),
            preview: "What is new in the workshop.".to_owned(),
            html: format!(
                "<html><body><p>Autumn in the workshop.</p><p><a href=\"{leave}\">Leave</a></p></body></html>"
            ),
            text: format!("Autumn in the workshop. Leave: {leave}"),
            sender: Sender { name: "Harbour & Pine".to_owned(), address: "hello@harbour-pine.example".to_owned() },
            audience: audience.id,
            mode,
        }
    }

    pub fn standing(&self) -> usize {
        (self.staging.standing)(&self.sandbox)
    }
    pub fn requests(&self) -> usize {
        self.recorder.exchanges().len()
    }
    pub fn records(&self) -> String {
        serde_json::to_string(&self.recorder.exchanges()).unwrap()
    }

    /// Makes the next requests of a kind go wrong.
    pub fn arrange(&self, mishap: Mishap, (method, path): (&str, &str), times: u32) {
        let kind = mishap.fault().expect("something that the vendor does");
        self.sandbox.faults().push(Fault::new(self.staging.service, path, kind).method(method).times(times));
    }
    pub fn end_arrangements(&self) {
        self.sandbox.faults().clear();
        self.unreachable.set(false);
    }
}

/// Serves one picture on loopback for as long as the test lives.
async fn serve((content_type, bytes): (&'static str, &'static [u8])) -> Url {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                bytes.len()
            );
            let mut asked = [0; 2048];
            let _ = stream.read(&mut asked).await;
            let _ = stream.write_all(head.as_bytes()).await;
            let _ = stream.write_all(bytes).await;
            let _ = stream.shutdown().await;
        }
    });
    Url::parse(&format!("http://{address}/office.jpg")).unwrap()
}
