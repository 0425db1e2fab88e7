//! A file and what it shows, out of a form.

use aos_features::content::library::Upload;
use aos_kernel::{Error, Result};
use axum::extract::{
    Multipart,
    multipart::{MultipartError, MultipartRejection},
};

/// Reads the fields `file` and `alt`, in whichever order they come.
///
/// # Errors
/// `Invalid` for the field `file`, when there is none or it breaks off.
pub async fn read(form: std::result::Result<Multipart, MultipartRejection>) -> Result<Upload> {
    let broken = |error: MultipartError| {
        Error::invalid("file", "The upload broke off or is too large; nothing was kept.").with_context(error)
    };
    let mut form =
        form.map_err(|error| Error::invalid("file", "Send the file as a part of a form.").with_context(error))?;
    let mut upload = Upload::default();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("file") => {
                upload.file_name = field.file_name().unwrap_or_default().to_owned();
                upload.bytes = field.bytes().await.map_err(broken)?;
            }
            Some("alt") => upload.alt = field.text().await.map_err(broken)?,
            _ => {}
        }
    }
    Ok(upload)
}
