//! The values of options that need more than their type says. What is wrong with one is said in words that fit behind its name.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ipnet::IpNet;

use crate::routes::create::MOST_DAYS;

/// The longest life of a token, in seconds.
const MOST_LIFETIME: u64 = MOST_DAYS as u64 * 86_400;

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        "give an IP address and a port, such as 127.0.0.1:8080, 0.0.0.0:8080 or [::]:8080"
            .to_owned()
    })
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>().map(Duration::try_from_secs_f64) {
        Ok(Ok(duration)) if !duration.is_zero() && duration <= Duration::from_secs(86_400) => {
            Ok(duration)
        }
        Ok(_) | Err(_) => Err("give seconds between 0 and 86400, such as 10 or 0.5".to_owned()),
    }
}

/// How long a token is good for: a number with a unit, from a second to the year that the API allows at most.
pub(super) fn lifetime(text: &str) -> Result<Duration, String> {
    let read = || {
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let seconds: u64 = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            _ => return None,
        };
        let lifetime = number.parse::<u64>().ok()?.checked_mul(seconds)?;
        (1..=MOST_LIFETIME)
            .contains(&lifetime)
            .then(|| Duration::from_secs(lifetime))
    };
    read().ok_or_else(|| "give a time from 1s to 365d, such as 90d, 12h, 30m or 2s".to_owned())
}

/// Networks parted by commas; none in an empty text, so that a list can be emptied where a weaker layer fills it.
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

pub(super) fn name(name: &str) -> Result<String, String> {
    let name = name.trim();
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err("give a name that is not empty and has no control characters".to_owned());
    }
    Ok(name.to_owned())
}

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
