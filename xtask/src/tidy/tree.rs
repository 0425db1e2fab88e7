//! The repository as the rules see it: the text files that git would keep, and the manifests.

use std::{path::Path, process::Command};

use anyhow::{Context, ensure};
use serde::Deserialize;

use super::tokens::{self, Token};

/// A text file, by its path from the root with `/` between the parts.
pub struct SourceFile {
    pub path: String,
    pub text: String,
    /// Only for Rust. `Err` holds the line at which it stops being Rust.
    tokens: Option<Result<Vec<Token>, usize>>,
}

impl SourceFile {
    pub fn new(path: &str, text: &str) -> Self {
        let tokens = path.ends_with(".rs").then(|| tokens::read(text));
        Self { path: path.to_owned(), text: text.to_owned(), tokens }
    }

    pub fn extension(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    /// The folder below `crates/`, or the first folder of the path.
    pub fn package(&self) -> &str {
        let path = self.path.strip_prefix("crates/").unwrap_or(&self.path);
        path.split('/').next().unwrap_or("")
    }

    /// Never part of the product: tests and examples in their own folder, tests in their own file, or a crate that
    /// exists for them.
    pub fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or("");
        let own_folder = ["/tests/", "/examples/"].iter().any(|folder| self.path.contains(folder));
        own_folder || name == "tests.rs" || self.package() == "aos-testkit"
    }

    /// The Rust tokens of this file, tests included; none for other files.
    pub fn tokens(&self) -> &[Token] {
        match &self.tokens {
            Some(Ok(tokens)) => tokens,
            _ => &[],
        }
    }

    /// The Rust tokens that the product is made of: no tests, no comments.
    pub fn code(&self) -> impl Iterator<Item = &Token> {
        self.tokens().iter().filter(|token| !token.test && !self.is_test())
    }

    pub fn unreadable_at(&self) -> Option<usize> {
        self.tokens.as_ref()?.as_ref().err().copied()
    }
}

/// A package of the workspace as cargo understands its manifest.
#[derive(Deserialize)]
pub struct Package {
    pub name: String,
    pub dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
pub struct Dependency {
    pub name: String,
    /// `None` for an ordinary one, else `dev` or `build`.
    pub kind: Option<String>,
}

pub struct Tree {
    /// Where it lies on this machine; a tree made for a test has none.
    pub place: Option<String>,
    files: Vec<SourceFile>,
    packages: Vec<Package>,
}

impl Tree {
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let mut files = Vec::new();
        let mut walk = ignore::WalkBuilder::new(root);
        // Only the repository's own ignore files count, so that every machine sees the same tree, git or no git.
        walk.hidden(false).parents(false).git_global(false).git_exclude(false).require_git(false);
        walk.filter_entry(|entry| entry.file_name() != ".git");
        for entry in walk.build() {
            let entry = entry?;
            let Ok(path) = entry.path().strip_prefix(root) else { continue };
            if !entry.file_type().is_some_and(|kind| kind.is_file()) {
                continue;
            }
            // Pictures and fixtures in other encodings have no lines to check.
            if let Ok(text) = std::fs::read_to_string(entry.path()) {
                files.push(SourceFile::new(&path.to_string_lossy().replace('\\', "/"), &text));
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let place = root.canonicalize()?.to_string_lossy().into_owned();
        Ok(Self { place: Some(place), files, packages: packages(root)? })
    }

    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    pub fn rust(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter(|file| file.extension() == "rs")
    }

    pub fn packages(&self) -> &[Package] {
        &self.packages
    }

    /// Whether a file or a folder lies there.
    pub fn has(&self, path: &str) -> bool {
        self.files
            .iter()
            .any(|file| file.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }
}

fn packages(root: &Path) -> anyhow::Result<Vec<Package>> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    let output = Command::new(env!("CARGO"))
        .current_dir(root)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .output()
        .context("cargo could not be started")?;
    ensure!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_slice::<Metadata>(&output.stdout)?.packages)
}

#[cfg(test)]
impl Tree {
    /// A tree of these files, as `(path, text)`.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| SourceFile::new(path, text)).collect();
        Self { place: None, files, packages: Vec::new() }
    }

    pub fn with_package(mut self, name: &str, uses: &[(&str, Option<&str>)]) -> Self {
        let dependencies = uses
            .iter()
            .map(|(name, kind)| Dependency { name: (*name).to_owned(), kind: kind.map(str::to_owned) })
            .collect();
        self.packages.push(Package { name: name.to_owned(), dependencies });
        self
    }
}
