//! Stories of the crawler against sites that live on this machine.

mod bad_sites;
mod browser;
mod crawl;
mod interruption;
mod properties;
mod site;
