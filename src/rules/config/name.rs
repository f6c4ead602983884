//! Names that the configuration gives and others refer to.

/// What an error says of a text that can be no name.
pub const NOT_A_NAME: &str = "is not 1 to 64 of A-Z, a-z, 0-9, `.`, `_`, `-`";

/// Whether a text can be the name of a deployment or of a signing key: 1 to 64 of `A-Za-z0-9._-`.
#[must_use]
pub fn is_name(text: impl AsRef<[u8]>) -> bool {
    let text = text.as_ref();
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=64).contains(&text.len()) && text.iter().copied().all(legal)
}
