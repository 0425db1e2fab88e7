//! Coming in, one's own account, users and settings.

use aos_web::{
    forms::FieldErrors,
    layout::{Place, Shell},
    people::views::{
        AccountPage, CodePage, ConfirmEmailPage, DoorPage, ForgotPage, InvitationRow, InviteForm, JoinPage, OneTime,
        ProviderForm, ProviderView, ResetPage, RoleChoice, RoleTag, SessionRow, SettingsPage, SignInSettingsPage,
        TwoFactorPage, TwoFactorStep, UserPage, UserRow, UserTokenRow, UsersPage,
    },
    ui::Choices,
};

use super::{Draw, Drawn, ago, done, history, strings};

pub fn render(draw: &Draw, path: &str) -> Drawn {
    match path {
        "/users" => done(&users(draw, false)),
        "/users/invite" => done(&users(draw, true)),
        "/user" => done(&user(draw)),
        "/settings" => done(&settings(draw)),
        "/settings/sign-in" => done(&provider(draw)),
        "/account" => done(&account(draw)),
        "/two-factor" => done(&two_factor(draw, TwoFactorStep::Off)),
        "/two-factor/scan" => done(&two_factor(draw, scan())),
        "/two-factor/on" => done(&two_factor(draw, TwoFactorStep::On { since: ago(90), recovery_codes: 10 })),
        "/sign-in/code" => {
            done(&CodePage { shell: outside(draw, "Your code"), errors: wrong(draw, "code"), next: "/".into() })
        }
        "/forgot" => done(&ForgotPage { shell: outside(draw, "Forgot"), ..ForgotPage::default() }),
        "/forgot/sent" => done(&ForgotPage {
            shell: outside(draw, "Forgot"),
            email: "ada@northlight.example".into(),
            sent: true,
            ..ForgotPage::default()
        }),
        "/reset" => done(&ResetPage {
            shell: outside(draw, "Choose a new password"),
            errors: wrong(draw, "password"),
            email: "ada@northlight.example".into(),
            password_length: 12,
        }),
        "/join" => done(&join(draw, false)),
        "/join/account" => done(&join(draw, true)),
        "/join/closed" => done(&DoorPage {
            shell: outside(draw, "Join"),
            icon: "circle-check",
            what: "This invitation was accepted already.".into(),
            help: Some("You have an account: sign in with your e-mail address.".into()),
            actions: vec![("Sign in", "/sign-in".into())],
        }),
        "/confirm-email" => done(&ConfirmEmailPage {
            shell: outside(draw, "Confirm your address"),
            errors: FieldErrors::default(),
            href: String::new(),
            name: "Ada Moreau".into(),
            before: "ada@northlight.example".into(),
            email: "ada.moreau@northlight.example".into(),
        }),
        _ => None,
    }
}

fn outside(draw: &Draw, title: &str) -> Shell {
    Shell { person: None, ..draw.shell(title, Place::Nowhere) }
}

fn wrong(draw: &Draw, field: &str) -> FieldErrors {
    let mut errors = FieldErrors::default();
    if draw.full {
        errors.add(field, "This is not right.");
    }
    errors
}

fn tag(words: &str) -> RoleTag {
    RoleTag { words: words.into(), role: "reviewer".into(), client: String::new() }
}

fn roles() -> Vec<RoleChoice> {
    [
        ("administrator", "Administrator", "Everything, users and models included.", false),
        ("consultant", "Consultant", "Every client’s work: plans, onboarding, channels.", false),
        ("reviewer", "Reviewer", "Reviews and edits posts.", false),
        ("approver", "Approver", "Decides on strategies, requests and posts.", false),
        ("member", "Member of a client", "Sees one client and raises requests for it.", true),
    ]
    .map(|(value, label, hint, of_client)| RoleChoice {
        value: value.into(),
        label: label.into(),
        hint: hint.into(),
        of_client,
    })
    .into()
}

fn person(name: &str, email: &str, roles: &[&str], state: &str, seen: Option<i64>, is_you: bool) -> UserRow {
    UserRow {
        id: email.into(),
        name: name.into(),
        email: email.into(),
        roles: roles.iter().map(|words| tag(words)).collect(),
        state: state.into(),
        last_seen: seen.map(ago),
        two_factor: seen.is_some_and(|minutes| minutes < 60),
        is_you,
    }
}

fn clients() -> Choices {
    Choices::plain(["Harbour & Vale Dental", "Tide Coffee Roasters"], "")
}

fn users(draw: &Draw, inviting: bool) -> UsersPage {
    let you = person("Ada Moreau", "ada@northlight.example", &["Administrator"], "active", Some(0), true);
    let invited = |email: &str, words: &str, state: &str, sent, expires| InvitationRow {
        id: email.into(),
        email: email.into(),
        roles: vec![tag(words)],
        inviter: Some("Ada Moreau".into()),
        sent: ago(sent),
        expires: ago(expires),
        state: state.into(),
    };
    let mut users = vec![you];
    if draw.full {
        users.extend([
            person("Noor Iqbal", "noor@northlight.example", &["Reviewer", "Approver"], "active", Some(40), false),
            person(
                "Sam Okafor",
                "sam@harbourvale.example",
                &["Member of Harbour & Vale Dental"],
                "active",
                None,
                false,
            ),
            person("Ines Duarte", "ines@northlight.example", &["Consultant"], "disabled", Some(90_000), false),
        ]);
    }
    UsersPage {
        shell: draw.shell("Users", Place::Users),
        users,
        invitations: draw.some(vec![
            invited("theo@tidecoffee.example", "Administrator of Tide Coffee Roasters", "invited", 300, -9_000),
            invited("lea@northlight.example", "Consultant", "expired", 12_000, 2_000),
        ]),
        query: String::new(),
        states: Choices::plain(["Active", "Invited", "Disabled"], ""),
        roles: Choices::plain(["Administrator", "Consultant", "Reviewer"], ""),
        clients: clients(),
        filtered: false,
        more: draw.full.then(|| "?after=1".into()),
        open: if inviting { "invite" } else { "" },
        invite: InviteForm { email: "not an address".into(), ..InviteForm::default() },
        add: Default::default(),
        errors: if inviting { wrong(draw, "email") } else { FieldErrors::default() },
        staff_roles: roles().into_iter().filter(|role| !role.of_client).collect(),
        all_roles: roles(),
        member_clients: clients(),
        one_time: (draw.full && !inviting).then(|| OneTime {
            title: "Invitation link for theo@tidecoffee.example".into(),
            hint: "It is shown only now and works for seven days.".into(),
            secret: "https://os.northlight.example/join/pT3xq9rN5mC8vB2kL7wY4sD6fG1hJ0aZ".into(),
        }),
    }
}

fn sessions(draw: &Draw) -> Vec<SessionRow> {
    let row = |id: &str, device: &str, place: &str, since, used, is_this| SessionRow {
        id: id.into(),
        device: device.into(),
        place: Some(place.into()),
        since: ago(since),
        last_used: ago(used),
        is_this,
    };
    let mut rows = vec![row("s1", "Firefox on Linux", "203.0.113.9", 400, 0, true)];
    rows.extend(draw.some(vec![row("s2", "Safari on iPhone", "2001:db8:41:7::5", 5_000, 200, false)]));
    rows
}

fn user(draw: &Draw) -> UserPage {
    UserPage {
        shell: draw.shell("Noor Iqbal", Place::Users).under("Users", "/users"),
        user: person("Noor Iqbal", "noor@northlight.example", &["Reviewer", "Approver"], "active", Some(40), false),
        since: ago(90_000),
        name: "Noor Iqbal".into(),
        email: "noor@northlight.example".into(),
        errors: FieldErrors::default(),
        role_choices: roles(),
        clients: clients(),
        has_password: true,
        linked: draw.full.then(|| "Google".into()),
        one_time_until: None,
        sessions: draw.some(sessions(draw)),
        tokens: draw.some(vec![UserTokenRow {
            id: "t1".into(),
            name: "Reporting script".into(),
            prefix: "aos_7Kd2".into(),
            reads_only: true,
            last_used: Some(ago(55)),
            expires: Some(ago(-40_000)),
        }]),
        acts: if draw.full { history() } else { Default::default() },
        audit_href: "/audit".into(),
        one_time: None,
    }
}

fn settings(draw: &Draw) -> SettingsPage {
    SettingsPage {
        shell: draw.shell("Settings", Place::Settings),
        errors: FieldErrors::default(),
        name: "Northlight Studio".into(),
        zones: Choices::time_zones("Europe/Berlin"),
        two_factor: draw.full,
        without_two_factor: 2,
        networks: if draw.full { "203.0.113.0/24\n2001:db8:41::/48".into() } else { String::new() },
        address: Some("203.0.113.9".into()),
    }
}

fn provider(draw: &Draw) -> SignInSettingsPage {
    SignInSettingsPage {
        shell: draw.shell("Sign-in provider", Place::Settings).under("Settings", "/settings"),
        errors: FieldErrors::default(),
        form: if draw.full {
            ProviderForm {
                name: "Google".into(),
                issuer: "https://accounts.google.com".into(),
                client_id: "48120-northlight.apps.example".into(),
                domains: "northlight.example".into(),
                enabled: true,
                ..ProviderForm::default()
            }
        } else {
            ProviderForm::default()
        },
        provider: draw.full.then(|| ProviderView {
            name: "Google".into(),
            state: "active".into(),
            changed: ago(4_000),
        }),
        callback: "https://os.northlight.example/sign-in/provider/callback".into(),
        joins: Choices::plain(["They are refused; invite them first"], ""),
        clients: clients(),
    }
}

fn account(draw: &Draw) -> AccountPage {
    AccountPage {
        shell: draw.shell("Your account", Place::Account),
        name: "Ada Moreau".into(),
        email: "ada@northlight.example".into(),
        new_email: String::new(),
        waiting_email: draw.full.then(|| "ada.moreau@northlight.example".into()),
        errors: FieldErrors::default(),
        has_password: true,
        linked: draw.full.then(|| "Google".into()),
        two_factor: draw.full,
        two_factor_required: true,
        recovery_codes: 2,
        roles: strings(&["Administrator"]),
        sessions: sessions(draw),
        password_length: 12,
    }
}

/// A stand-in for the picture; the real one is made by the handler.
fn scan() -> TwoFactorStep {
    TwoFactorStep::Scan {
        picture:
            "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Cpath fill='%23fff' \
                  d='M0 0h8v8H0z'/%3E%3Cpath d='M1 1h2v2H1zM5 1h2v2H5zM1 5h2v2H1zM4 4h1v1H4zM6 5h1v2H6z'/%3E%3C/svg%3E"
                .into(),
        secret: "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP".into(),
    }
}

fn two_factor(draw: &Draw, step: TwoFactorStep) -> TwoFactorPage {
    let on = matches!(step, TwoFactorStep::On { .. });
    TwoFactorPage {
        shell: draw.shell("Two-factor sign-in", Place::Account).under("Your account", "/account"),
        forced: draw.full && !on,
        step,
        errors: FieldErrors::default(),
        form: "",
        required: false,
        codes: if on && draw.full {
            (b'a'..=b'j').map(|letter| format!("{0}{0}k3-m7p2-xw9q-r4t8", char::from(letter))).collect()
        } else {
            Vec::new()
        },
    }
}

fn join(draw: &Draw, has_account: bool) -> JoinPage {
    JoinPage {
        shell: outside(draw, "Join Northlight Studio"),
        errors: if has_account { FieldErrors::default() } else { wrong(draw, "name") },
        href: "/join".into(),
        inviter: Some("Ada Moreau".into()),
        email: "theo@tidecoffee.example".into(),
        roles: vec![(
            "Administrator of Tide Coffee Roasters".into(),
            "Speaks for one client: its channels, its context, its say in decisions.".into(),
        )],
        name: String::new(),
        has_account,
        is_you: false,
        somebody_else: (has_account && draw.full).then(|| "ada@northlight.example".into()),
        provider: (!has_account && draw.full).then(|| ("Google".into(), "/sign-in/provider".into())),
        password_length: 12,
    }
}
