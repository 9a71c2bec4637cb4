//! Parsers of option values that a type's own parser does not check. clap and the configuration file print an error's text after
//! the option's name.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Duration;

use ipnet::IpNet;

use crate::routes::create::MOST_DAYS;
use crate::routes::revoke::MAX_REASON;
use crate::store::PostgresLimits;

/// The longest lifetime of a token, in seconds.
const MOST_LIFETIME: u64 = MOST_DAYS as u64 * 86_400;

/// Parses an IP address with a port.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        "give an IP address and a port, such as 127.0.0.1:8080, 0.0.0.0:8080 or [::]:8080"
            .to_owned()
    })
}

/// Parses a number of seconds, more than 0 and at most a day.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>().map(Duration::try_from_secs_f64) {
        Ok(Ok(duration)) if !duration.is_zero() && duration <= Duration::from_secs(86_400) => {
            Ok(duration)
        }
        Ok(_) | Err(_) => Err("give seconds between 0 and 86400, such as 10 or 0.5".to_owned()),
    }
}

/// Parses a limit, which may be switched off.
pub(super) fn most(text: &str) -> Result<usize, String> {
    match text {
        "off" => Ok(usize::MAX),
        number => number
            .parse::<NonZeroU32>()
            .ok()
            .and_then(|number| usize::try_from(number.get()).ok())
            .ok_or_else(|| "give a number, such as 100, or `off` for no limit".to_owned()),
    }
}

/// Parses a number of sessions.
pub(super) fn sessions(text: &str) -> Result<usize, String> {
    let least = PostgresLimits::MIN_CONNECTIONS;
    text.parse()
        .ok()
        .filter(|number| (least..=1000).contains(number))
        .ok_or_else(|| format!("give a number from {least} to 1000"))
}

/// Parses the lifetime of a token, from a second to the longest lifetime that the API allows.
pub(super) fn lifetime(text: &str) -> Result<Duration, String> {
    let most = Duration::from_secs(MOST_LIFETIME);
    span(text)
        .filter(|lifetime| *lifetime <= most)
        .ok_or_else(|| "give a time from 1s to 365d, such as 90d, 12h, 30m or 2s".to_owned())
}

/// Parses an age.
pub(super) fn age(text: &str) -> Result<Duration, String> {
    span(text).ok_or_else(|| "give a time such as 400d, 12h, 30m or 2s".to_owned())
}

/// Parses a number with a unit, at least a second.
fn span(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    let seconds = number.parse::<u64>().ok()?.checked_mul(seconds)?;
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

/// Checks the reason of a revocation: as the API does it, and a single line.
pub(super) fn reason(reason: &str) -> Result<String, String> {
    let reason = reason.trim();
    let fits = (1..=MAX_REASON).contains(&reason.chars().count());
    if !fits || reason.chars().any(char::is_control) {
        return Err(format!(
            "give a reason of at most {MAX_REASON} characters, without line breaks"
        ));
    }
    Ok(reason.to_owned())
}

/// Parses networks separated by commas. An empty text is an empty list: a flag can so empty the list of the file.
pub(super) fn networks(text: &str) -> Result<Box<[IpNet]>, String> {
    if text.trim().is_empty() {
        return Ok(Box::default());
    }
    text.split(',').map(network).collect()
}

fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| "give addresses or networks, such as 10.0.0.1 or 10.0.0.0/8".to_owned())
}

/// Checks the name of a business, and trims it.
pub(super) fn name(name: &str) -> Result<String, String> {
    let name = name.trim();
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err("give a name that is not empty and has no control characters".to_owned());
    }
    Ok(name.to_owned())
}

/// Checks that a text could be an email address.
pub(super) fn email(email: &str) -> Result<String, String> {
    let plausible = email
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    if !plausible || email.len() > 254 || email.chars().any(|c| c.is_whitespace() || c.is_control())
    {
        return Err("give an address such as ada@acme.example".to_owned());
    }
    Ok(email.to_owned())
}
