//! `bluegreen sign`: a token that sends a tester's requests to a variant.

use std::fs;
use std::io::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::arguments::Sign;
use crate::{End, Failure, clock};

/// Shortest secret that the filter accepts, in bytes.
const SHORTEST_SECRET: usize = 16;

pub fn sign(arguments: &Sign, out: &mut dyn Write) -> Result<End, Failure> {
    let secret = secret(arguments)?;
    if secret.len() < SHORTEST_SECRET {
        let reason = format!("the secret has less than {SHORTEST_SECRET} bytes");
        return Err(Failure::Told(reason));
    }
    let now = arguments.at.unwrap_or_else(clock::now);
    let second = 1_000_000_000_u64;
    let expires = now.saturating_add(arguments.expires_in.as_secs().saturating_mul(second));
    let seconds = expires.checked_div(second).unwrap_or_default();
    let key = arguments.key_id.as_ref().map(|id| format!(";kid={id}")).unwrap_or_default();
    let variant = arguments.variant.as_str();
    let message = format!("{variant};dep={};exp={seconds}{key}", arguments.deployment);
    let mac = Hmac::<Sha256>::new_from_slice(&secret).map_err(|error| error.to_string())?;
    let mut digits = [0; 64];
    hex::encode_to_slice(mac.chain_update(message.as_bytes()).finalize().into_bytes(), &mut digits)
        .map_err(|error| error.to_string())?;
    let token = format!("{message};sig={}", String::from_utf8_lossy(&digits));
    let header = &arguments.header;
    writeln!(out, "valid until {}", clock::shown(expires))?;
    writeln!(out, "header  {header}: {token}")?;
    writeln!(out, "cookie  {}={}", arguments.cookie, percent_encoded(&token))?;
    writeln!(out, "curl    curl -H '{header}: {token}' {}", arguments.url)?;
    Ok(End::Good)
}

fn secret(arguments: &Sign) -> Result<Vec<u8>, String> {
    match (&arguments.secret_env, &arguments.secret_file) {
        (Some(variable), _) => std::env::var_os(variable)
            .map(std::ffi::OsString::into_encoded_bytes)
            .ok_or_else(|| format!("the environment has no variable `{variable}`")),
        (None, Some(file)) => fs::read(file).map_err(|error| format!("{file}: {error}")),
        (None, None) => Err("say --secret-env VARIABLE or --secret-file FILE".to_owned()),
    }
}

/// As the value of a cookie may be written (RFC 6265): no semicolon, no space.
fn percent_encoded(text: &str) -> String {
    text.replace('%', "%25").replace(';', "%3B").replace('=', "%3D")
}
