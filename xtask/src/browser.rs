//! `cargo xtask screens` and `cargo xtask lighthouse`: what needs a real browser in front of the real binary. The work is
//! done by `browser/`; this builds the program, installs the packages and says where the results are.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};

use crate::chaos::process;

#[derive(clap::Args)]
pub struct Arguments {
    /// A program that is built already, instead of building it.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

#[derive(clap::Args)]
pub struct Screens {
    #[command(flatten)]
    arguments: Arguments,
    /// Only pages whose name holds this, as in `full-portal-clients`; the other pictures stay as they are.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

/// Takes every page's picture, light and dark, wide and narrow, and lets axe look at each.
pub fn screens(root: &Path, screens: &Screens) -> anyhow::Result<()> {
    let mut variables = vec![("BROWSER_SCREENS", "1")];
    if let Some(only) = &screens.only {
        variables.push(("BROWSER_ONLY", only));
    }
    let done = playwright(root, "screens", &screens.arguments, &variables);
    println!("Pictures: {}", root.join("target/screens/index.html").display());
    done
}

/// Prints a line of JSON per page with what Lighthouse says of it, and fails below the goals.
pub fn lighthouse(root: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    let done = playwright(root, "lighthouse", arguments, &[]);
    if let Ok(lines) = fs::read_to_string(root.join("target/browser/lighthouse.jsonl")) {
        print!("{lines}");
    }
    done
}

fn playwright(root: &Path, project: &str, arguments: &Arguments, variables: &[(&str, &str)]) -> anyhow::Result<()> {
    let program = match &arguments.program {
        Some(program) => program.canonicalize().with_context(|| format!("{} is not there", program.display()))?,
        None => process::build(root, &["--package", "agency-os"], "agency-os")?,
    };
    let folder = root.join("browser");
    if !folder.join("node_modules").is_dir() {
        let mut install = Command::new("npm");
        install.args(["ci", "--no-audit", "--no-fund"]).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        run(install.current_dir(&folder), "the browser suite's packages could not be installed")?;
    }
    let mut suite = Command::new("npx");
    suite
        .args(["--no-install", "playwright", "test", "--project", project])
        .env("BROWSER_PROGRAM", program)
        .envs(variables.iter().copied())
        .current_dir(&folder);
    run(&mut suite, "not everything is as it should be: see above")
}

fn run(command: &mut Command, otherwise: &str) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("{:?} could not be started", command.get_program()))?;
    ensure!(status.success(), "{otherwise}");
    Ok(())
}
