//! `digest` and `base64-decode`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// The digest of a text by a named algorithm, as hex digits or base 64; `None` when either is not known.
pub fn digest(text: &str, algorithm: &str, encoding: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let hash = match algorithm.to_ascii_uppercase().replace('-', "").as_str() {
        "MD5" => Md5::digest(bytes).to_vec(),
        "SHA1" => Sha1::digest(bytes).to_vec(),
        "SHA256" => Sha256::digest(bytes).to_vec(),
        "SHA384" => Sha384::digest(bytes).to_vec(),
        "SHA512" => Sha512::digest(bytes).to_vec(),
        _ => return None,
    };
    match encoding.to_ascii_lowercase().as_str() {
        "hex" => Some(hash.iter().map(|b| format!("{b:02x}")).collect()),
        "base64" | "" => Some(STANDARD.encode(hash)),
        _ => None,
    }
}

/// The text in base 64; what is no UTF-8 in it is replaced, what is no base 64 is nothing.
pub fn base64_decode(text: &str) -> Option<String> {
    STANDARD.decode(text.trim()).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// The message in `base 64 (signature, message)` when it was signed with this Ed25519 key, else nothing.
pub fn extract_signed(contents: &str, public_key: &str) -> Option<String> {
    let contents = STANDARD.decode(contents.trim()).ok()?;
    let key: [u8; 32] = STANDARD.decode(public_key.trim()).ok()?.try_into().ok()?;
    let (signature, message) = contents.split_at_checked(64)?;
    let key = ed25519_dalek::VerifyingKey::from_bytes(&key).ok()?;
    let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
    key.verify_strict(message, &signature).ok()?;
    String::from_utf8(message.to_vec()).ok()
}
