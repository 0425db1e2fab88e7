//! Pictures at an address of this machine, for platforms that fetch media themselves.

use axum::{Router, extract::Path, http::StatusCode, response::IntoResponse};

/// A JPEG of this size, as far as its header; enough for whoever reads only that.
pub fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0, 0xFF, 0xC0, 0, 11, 8];
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes.extend([1, 1, 0x11, 0, 0xFF, 0xD9]);
    bytes
}

pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and more";
pub const MP4: &[u8] = b"\0\0\0\x18ftypmp42 and more";

/// Serves `1080x1350.jpg` of any size, `picture.png`, `film.mp4` and `large.jpg`, and says its root.
pub async fn files() -> String {
    async fn file(Path(name): Path<String>) -> impl IntoResponse {
        let size = name.strip_suffix(".jpg").and_then(|size| size.split_once('x'));
        let bytes = match (name.as_str(), size) {
            ("picture.png", _) => PNG.to_vec(),
            ("film.mp4", _) => MP4.to_vec(),
            ("large.jpg", _) => [jpeg(1080, 1080), vec![0; 9 << 20]].concat(),
            (_, Some((width, height))) => jpeg(width.parse().unwrap(), height.parse().unwrap()),
            _ => return StatusCode::NOT_FOUND.into_response(),
        };
        bytes.into_response()
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let root = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/{name}", axum::routing::get(file));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    root
}
