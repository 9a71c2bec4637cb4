//! The operating system's user who runs a command, as the audit trail records it.

use std::fs;

/// What `/proc/self/loginuid` contains for a process of nobody's login.
const NO_LOGIN: u32 = u32::MAX;

/// Returns the user of the process, and before it the user who logged in if that is another one:
/// `ada (uid 1000) as dz-tokens (uid 998)`.
pub(super) fn operator() -> String {
    let uid = rustix::process::getuid().as_raw();
    let login = fs::read_to_string("/proc/self/loginuid").ok();
    let login = login.and_then(|text| text.trim().parse().ok());
    match login {
        Some(login) if login != NO_LOGIN && login != uid => {
            format!("{} as {}", named(login), named(uid))
        }
        Some(_) | None => named(uid),
    }
}

/// Returns the name and number of a user, such as `ada (uid 1000)`; without the name if `/etc/passwd` does not have it.
fn named(uid: u32) -> String {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, _password, number) = (fields.next()?, fields.next()?, fields.next()?);
        (number.parse() == Ok(uid)).then(|| name.to_owned())
    });
    match name {
        Some(name) => format!("{name} (uid {uid})"),
        None => format!("uid {uid}"),
    }
}
