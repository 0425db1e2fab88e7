//! Starts every simulated service and the sample site, says where they are, and serves until Ctrl-C:
//! `cargo run -p aos-sandbox --example serve [FOLDER]`. With a folder the WordPress site is kept there.

use aos_sandbox::{Models, Role, Sandbox, SandboxConfig};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).map(Into::into);
    let sandbox = Sandbox::start(SandboxConfig { folder, ..SandboxConfig::default() }).await?;
    let site = Sandbox::start_site(0).await?;
    let login = sandbox.wordpress().login(Role::Editor);
    println!("Sample site: {}", site.url());
    println!(
        "WordPress:   {} (user {}, application password {})",
        sandbox.wordpress().url(),
        login.user,
        login.password
    );
    println!("OpenAI:      {} (key {}, model {})", sandbox.models().openai_url(), Models::KEY, Models::MODEL);
    println!("Anthropic:   {}", sandbox.models().anthropic_url());
    println!("Gemini:      {}", sandbox.models().gemini_url());
    println!("Platforms:   {}", sandbox.vendors().url());
    println!("Mail:        {} (SMTP on port {})", sandbox.mail().url(), sandbox.mail().port());
    tokio::signal::ctrl_c().await?;
    sandbox.stop().await;
    site.stop().await;
    Ok(())
}
