//! Builds the interface (`ui/` → `dist/`) when it is missing or older than its sources.
//!
//! `dist/.sources` holds the fingerprint of the sources that `dist/` was made from, so that neither a checkout's file
//! times nor a second build matter.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::SystemTime,
};

const HOW: &str = "run `npm ci && npm run build` in crates/aos-web/ui (Node 20 or newer)";

fn main() -> ExitCode {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    match ensure(&root) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            println!("cargo::error={why}");
            ExitCode::FAILURE
        }
    }
}

fn ensure(root: &Path) -> Result<(), String> {
    let (ui, dist) = (root.join("ui"), root.join("dist"));
    let mut sources: Vec<_> =
        ["package-lock.json", "package.json", "vite.config.ts", "tsconfig.json"].map(|name| ui.join(name)).into();
    collect(&ui.join("src"), &mut sources).map_err(|error| format!("ui/src cannot be read: {error}"))?;
    sources.sort();
    println!("cargo::rerun-if-changed=ui/src");
    for file in &sources {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    println!("cargo::rerun-if-changed=dist/.sources");

    let fingerprint = fingerprint(&ui, &sources).map_err(|error| format!("ui/ cannot be read: {error}"))?;
    let stamp = dist.join(".sources");
    let built = dist.join(".vite/manifest.json").is_file();
    if built && fs::read_to_string(&stamp).is_ok_and(|known| known.trim() == fingerprint) {
        return Ok(());
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    if Command::new(npm).arg("--version").output().is_err() {
        return if built {
            println!("cargo::warning=dist/ is older than ui/ and npm was not found; {HOW}");
            Ok(())
        } else {
            Err(format!("the interface is not built and npm was not found; install Node, then {HOW}"))
        };
    }
    if !ui.join("node_modules").is_dir() {
        npm_run(npm, &ui, &["ci", "--no-audit", "--no-fund"])?;
    }
    npm_run(npm, &ui, &["run", "build"])?;
    keep(&stamp, &fingerprint, &sources).map_err(|error| format!("dist/.sources cannot be written: {error}"))
}

/// As old as the newest source: what is younger than this run, Cargo takes for changed after it, and builds everything twice.
fn keep(stamp: &Path, fingerprint: &str, sources: &[PathBuf]) -> io::Result<()> {
    fs::write(stamp, fingerprint)?;
    let mut newest = SystemTime::UNIX_EPOCH;
    for file in sources {
        newest = newest.max(fs::metadata(file)?.modified()?);
    }
    fs::File::options().write(true).open(stamp)?.set_modified(newest)
}

fn npm_run(npm: &str, ui: &Path, arguments: &[&str]) -> Result<(), String> {
    let said = Command::new(npm)
        .args(arguments)
        .current_dir(ui)
        .output()
        .map_err(|error| format!("npm did not start: {error}; {HOW}"))?;
    if said.status.success() {
        return Ok(());
    }
    let text = [said.stdout, said.stderr].concat();
    for line in String::from_utf8_lossy(&text).lines().filter(|line| !line.trim().is_empty()) {
        println!("cargo::warning={line}");
    }
    Err(format!("`npm {}` failed; {HOW}", arguments.join(" ")))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

/// FNV-1a over names and contents: no dependency, and the same with every compiler.
fn fingerprint(ui: &Path, sources: &[PathBuf]) -> io::Result<String> {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut mix = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for file in sources {
        mix(file.strip_prefix(ui).unwrap_or(file).to_string_lossy().as_bytes());
        mix(&fs::read(file)?);
    }
    Ok(format!("{hash:016x}"))
}
