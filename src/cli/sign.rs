//! `bluegreen sign`: a token that sends a tester's requests to a variant.

use std::fs;
use std::io::Write;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::arguments::Sign;
use crate::rules::{Secrets, longest, override_of};
use crate::{End, Failure, clock, select};

/// The header of an `override` that names none.
const HEADER: &str = "x-bluegreen-override";
/// Shortest secret that the filter accepts, in bytes.
const SHORTEST_SECRET: usize = 16;

/// The header and the cookie that carry a token, and the key and the secret that sign it.
struct Carriers {
    header: String,
    cookie: Option<String>,
    key: Option<String>,
    secret: Vec<u8>,
}

pub fn sign(arguments: &Sign, out: &mut dyn Write) -> Result<End, Failure> {
    let Carriers { header, cookie, key, secret } = if arguments.files.is_empty() {
        Carriers {
            header: arguments.header.clone().unwrap_or_else(|| HEADER.to_owned()),
            cookie: arguments.cookie.clone(),
            key: arguments.key_id.clone(),
            secret: secret(arguments, None)?,
        }
    } else {
        configured(arguments)?
    };
    if secret.len() < SHORTEST_SECRET {
        let reason = format!("the secret has less than {SHORTEST_SECRET} bytes");
        return Err(Failure::Told(reason));
    }
    let now = arguments.at.unwrap_or_else(clock::now);
    let second = 1_000_000_000_u64;
    let expires = now.saturating_add(arguments.expires_in.as_secs().saturating_mul(second));
    let seconds = expires.checked_div(second).unwrap_or_default();
    let key = key.map(|id| format!(";kid={id}")).unwrap_or_default();
    let variant = arguments.variant.as_str();
    let message = format!("{variant};dep={};exp={seconds}{key}", arguments.deployment.join(","));
    let mac = Hmac::<Sha256>::new_from_slice(&secret).map_err(|error| error.to_string())?;
    let mut digits = [0; 64];
    hex::encode_to_slice(mac.chain_update(message.as_bytes()).finalize().into_bytes(), &mut digits)
        .map_err(|error| error.to_string())?;
    let token = format!("{message};sig={}", String::from_utf8_lossy(&digits));
    writeln!(out, "valid until {}", clock::shown(expires))?;
    writeln!(out, "header  {header}: {token}")?;
    if let Some(cookie) = cookie {
        writeln!(out, "cookie  {cookie}={}", percent_encoded(&token))?;
    }
    writeln!(out, "curl    curl -H '{header}: {token}' {}", arguments.url)?;
    Ok(End::Good)
}

/// As the `override` of the deployments says, which has to be the same for all of them.
fn configured(arguments: &Sign) -> Result<Carriers, Failure> {
    let inventory = select::read(&arguments.files)?;
    let found = select::one(&inventory, arguments.config.as_deref())?;
    let accepted = select::accepted(found, Secrets::StandIn)?;
    let mut carriers: Option<Carriers> = None;
    for name in &arguments.deployment {
        let own = override_of(&accepted, name)?;
        let wanted = arguments.key_id.as_deref();
        let key = own.keys.iter().find(|key| wanted.is_none_or(|wanted| key.id == wanted));
        let Some(key) = key else {
            let reason = format!("`{name}` accepts no key `{}`", wanted.unwrap_or_default());
            return Err(Failure::Told(reason));
        };
        if arguments.expires_in.as_secs() > longest(own) {
            let longest = humantime::format_duration(Duration::from_secs(longest(own)));
            return Err(Failure::Told(format!(
                "`{name}` accepts no token for more than {longest}"
            )));
        }
        let one = Carriers {
            header: own.header.clone().unwrap_or_else(|| HEADER.to_owned()),
            cookie: own.cookie.clone(),
            key: Some(key.id.clone()),
            secret: secret(arguments, key.secret_env.as_deref())?,
        };
        match &carriers {
            Some(first) if first.header != one.header || first.key != one.key => {
                return Err(Failure::Told(format!(
                    "`{name}` takes another header or key than the deployments before it: sign a token of its own"
                )));
            }
            Some(_) => {}
            None => carriers = Some(one),
        }
    }
    carriers.ok_or_else(|| Failure::Told("say --deployment NAME".to_owned()))
}

/// The secret that the arguments name, or else the variable that the configuration names.
fn secret(arguments: &Sign, configured: Option<&str>) -> Result<Vec<u8>, String> {
    let variable = arguments.secret_env.as_deref();
    match (variable, &arguments.secret_file, configured) {
        (Some(variable), ..) | (None, None, Some(variable)) => std::env::var_os(variable)
            .map(std::ffi::OsString::into_encoded_bytes)
            .ok_or_else(|| format!("the environment has no variable `{variable}`")),
        (None, Some(file), _) => fs::read(file).map_err(|error| format!("{file}: {error}")),
        (None, None, None) => Err("say --secret-env VARIABLE or --secret-file FILE".to_owned()),
    }
}

/// As the value of a cookie may be written (RFC 6265): no semicolon, no space.
fn percent_encoded(text: &str) -> String {
    text.replace('%', "%25").replace(';', "%3B").replace('=', "%3D")
}
