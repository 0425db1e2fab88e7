//! What the program keeps, and what it keeps to itself: a backup is a whole installation elsewhere, and no secret lies in
//! the clear in files, database, backup or on the terminal.

use std::{fs, path::Path};

use aos_storage::testing;
use tempfile::TempDir;

use crate::{installation::Installation, places::Places};

/// What must not be found: the application password as typed, without its spaces, and as it goes over the wire.
fn canaries(places: &Places) -> Vec<String> {
    let password = places.password.expose();
    let compact: String = password.split_whitespace().collect();
    let header = |password: &str| base64(format!("{}:{password}", places.user).as_bytes());
    vec![password.to_owned(), compact.clone(), header(password), header(&compact)]
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let block = chunk.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        // A header that is cut is found too, so padding does not matter.
        for place in 0..=chunk.len() {
            text.push(char::from(DIGITS[(block >> (18 - 6 * place) & 63) as usize]));
        }
    }
    text
}

/// Files below the folder that hold one of the words.
fn leaks(folder: &Path, words: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(leaks(&path, words));
            continue;
        }
        let bytes = fs::read(&path).expect("a file");
        let holds = |word: &String| bytes.windows(word.len()).any(|window| window == word.as_bytes());
        found.extend(words.iter().filter(|word| holds(word)).map(|_| path.display().to_string()));
    }
    found
}

#[test]
fn a_leak_would_be_found() {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("log"), "Authorization: Basic ZWRpdG9yOnNlY3JldA==").expect("a file");
    assert_eq!(leaks(folder.path(), &[base64(b"editor:secret")]).len(), 1);
    assert!(leaks(folder.path(), &["another".to_owned()]).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_a_whole_installation_elsewhere_and_holds_no_secret_in_the_clear() {
    for kind in testing::kinds() {
        let places = Places::open().await;
        let canaries = canaries(&places);
        let here = Installation::new(kind, &places).await;
        let mut journey = here.journey("Harbour & Pine", "web,worker,scheduler").await;
        // The master key changes under the serving process, which has not used the site's password yet.
        assert!(journey.says("Portal").await, "it did not start");
        let mut said = here.run(&["admin", "rotate-key"]).await;
        said += &here.run(&["admin", "retire-keys"]).await;
        said += &journey.ends().await;
        here.examine().await;

        let backup = TempDir::new().expect("a folder");
        let folder = backup.path().join("copy");
        let folder_text = folder.to_str().expect("a path").to_owned();
        said += &here.run(&["backup", &folder_text]).await;
        assert!(leaks(&folder, &canaries).is_empty(), "the backup: {:?}", leaks(&folder, &canaries));
        assert!(leaks(here.folder(), &canaries).is_empty(), "the data: {:?}", leaks(here.folder(), &canaries));
        for canary in &canaries {
            assert!(!said.contains(canary.as_str()), "the terminal said a secret");
        }

        let there = Installation::new(kind, &places).await;
        there.run(&["restore", &folder_text]).await;
        fs::copy(here.folder().join("master.key"), there.folder().join("master.key")).expect("the key is carried over");
        there.examine().await;
        // The restored installation knows that the journey is complete: nothing is published again.
        let before = places.posts().await;
        there.journey("Harbour & Pine", "web,worker,scheduler").await.ends().await;
        assert_eq!(places.posts().await, before);
        places.close().await;
    }
}
