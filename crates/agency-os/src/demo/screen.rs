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
