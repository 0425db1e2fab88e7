//! What the demonstration prints: one line for each thing that happened, and a line that counts while something lasts.

use std::{
    io::{IsTerminal, Write, stdout},
    sync::Mutex,
    time::Instant,
};

/// The terminal.
pub struct Screen {
    start: Instant,
    live: bool,
    counting: Mutex<String>,
}

impl Screen {
    pub fn new() -> Self {
        Self { start: Instant::now(), live: stdout().is_terminal(), counting: Mutex::new(String::new()) }
    }

    pub fn title(&self, text: &str) {
        self.print(&format!("\n{text}\n{}\n", "─".repeat(text.chars().count())));
    }
    pub fn line(&self, text: &str) {
        self.print(text);
    }
    /// Something was reached.
    pub fn done(&self, text: &str) {
        self.print(&format!("{:>6.1} s  ✓ {text}", self.start.elapsed().as_secs_f64()));
    }
    /// Somebody decided.
    pub fn decided(&self, text: &str) {
        self.print(&format!("{:>6.1} s  ◆ {text}", self.start.elapsed().as_secs_f64()));
    }
    /// A person should read this.
    pub fn problem(&self, text: &str) {
        self.print(&format!("{:>6.1} s  ! {text}", self.start.elapsed().as_secs_f64()));
    }
    /// Something goes on; on a terminal the line is written over, elsewhere it is left out.
    pub fn count(&self, text: &str) {
        let mut counting = self.counting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if self.live && *counting != text {
            print!("\r\x1b[K{:>6.1} s  … {text}", self.start.elapsed().as_secs_f64());
            // A terminal that is gone is no reason to stop.
            let _ = stdout().flush();
            text.clone_into(&mut counting);
        }
    }

    fn print(&self, text: &str) {
        let mut counting = self.counting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !counting.is_empty() {
            print!("\r\x1b[K");
            counting.clear();
        }
        println!("{text}");
    }
}

/// The terminal as one of several journeys uses it: each line says whose it is.
#[derive(Clone)]
pub struct Voice<'a> {
    screen: &'a Screen,
    name: Option<String>,
}

impl<'a> Voice<'a> {
    /// Of the only journey.
    pub fn alone(screen: &'a Screen) -> Self {
        Self { screen, name: None }
    }
    /// Of one of several.
    pub fn of(screen: &'a Screen, name: &str) -> Self {
        Self { screen, name: Some(name.to_owned()) }
    }

    /// A journey begins; its client is named either way.
    pub fn begin(&self, client: &str, text: &str) {
        self.screen.done(&format!("{client} {text}"));
    }
    pub fn done(&self, text: &str) {
        self.screen.done(&self.with_name(text));
    }
    pub fn decided(&self, text: &str) {
        self.screen.decided(&self.with_name(text));
    }
    pub fn problem(&self, text: &str) {
        self.screen.problem(&self.with_name(text));
    }
    /// One line can count one thing only, so several journeys leave this out.
    pub fn count(&self, text: &str) {
        if self.name.is_none() {
            self.screen.count(text);
        }
    }

    fn with_name(&self, text: &str) -> String {
        match &self.name {
            Some(name) => format!("{name}: {text}"),
            None => text.to_owned(),
        }
    }
}
