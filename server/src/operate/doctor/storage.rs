//! Store, migrations, disk, clock and keys.

use std::fs;
use std::path::Path;

use super::disk;
use super::finding::{Finding, exposed};
use crate::config::Storage;
use crate::domain::keys::{IfMissing, KeyError, KeyRing};
use crate::exit::Failure;
use crate::store::{Failover, Inspection, Location, SqliteFile, StoreError, inspect};
use crate::timestamp::Timestamp;

/// The microseconds by which two clocks may differ without a warning: an answer takes some time.
const TOLERANCE: i64 = 2_000_000;

/// An instant before this program existed: 2026-01-01. A machine without a battery for its clock starts at 1970.
const EARLIEST: i64 = 1_767_225_600_000_000;

/// Checks everything that is stored.
pub(super) async fn examine(storage: &Storage) -> Vec<Finding> {
    let location = storage.location();
    if let Some(path) = location.sqlite_file()
        && !path.exists()
    {
        let mut findings = vec![first_start(path)];
        findings.extend(disk::examine(location, folder_of(path)));
        findings.extend([clock(None), keys(storage, false)]);
        return findings;
    }
    let mut findings: Vec<Finding> = unverified(location).into_iter().collect();
    let inspection = match inspect(location).await {
        Ok(inspection) => {
            findings.push(
                exposed_file(location)
                    .unwrap_or_else(|| Finding::ok("store", format!("{location} answers"))),
            );
            findings.push(schema(location, &inspection));
            findings.extend(inspection.failover.as_ref().map(failover));
            findings.extend(inspection.writes_parts_of_pages.then(parts_of_pages));
            Some(inspection)
        }
        Err(source) => {
            findings.push(Finding::failed("store", &Failure::store(location, source)));
            None
        }
    };
    if let Some(path) = location.sqlite_file() {
        findings.extend(disk::examine(location, folder_of(path)));
    }
    findings.push(clock(inspection.as_ref()));
    let has_tokens = inspection.is_some_and(|inspection| inspection.has_tokens);
    findings.push(keys(storage, has_tokens));
    findings
}

/// Checks whether the first start could create the file.
fn first_start(path: &Path) -> Finding {
    let directory = folder_of(path);
    match fs::metadata(directory) {
        Ok(metadata) if metadata.is_dir() => Finding::ok(
            "store",
            format!(
                "{} does not exist yet; the first start creates it",
                path.display()
            ),
        ),
        Ok(_) | Err(_) => Finding::failed(
            "store",
            &Failure::store(
                &Location::Sqlite(SqliteFile::new(path)),
                StoreError::Unavailable(format!("there is no folder {}", directory.display())),
            ),
        ),
    }
}

/// Returns the folder of a SQLite file.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    }
}

/// Returns a warning if others than its owner may use a SQLite file.
fn exposed_file(location: &Location) -> Option<Finding> {
    let path = location.sqlite_file()?;
    let mode = exposed(path)?;
    Some(Finding::warning(
        "store",
        format!(
            "{location} answers, and others than its owner may use it (mode {mode:04o}). Run `chmod 600 {}`",
            path.display()
        ),
    ))
}

/// Returns a warning if the connection to the database crosses the network without a verified certificate.
fn unverified(location: &Location) -> Option<Finding> {
    match location {
        Location::Postgres(url) if url.is_unverified() => Some(Finding::warning(
            "store",
            "the certificate of the database is not verified, so anybody on the way could answer. Add sslmode=verify-full to its URL",
        )),
        Location::Postgres(_) | Location::Sqlite(_) => None,
    }
}

/// Warns of a setting that no statement can choose, and that is right on some file systems.
fn parts_of_pages() -> Finding {
    Finding::warning(
        "store",
        "full_page_writes is off: a crash of its machine could damage tables. Set full_page_writes=on, unless the file system never \
         writes a part of a page, as ZFS",
    )
}

/// Says what a failover would lose, and asks for what no server can check.
fn failover(failover: &Failover) -> Finding {
    if failover.is_synchronous && !failover.has_standby {
        return Finding::warning(
            "failover",
            "commits wait for a standby, and none follows: every revocation is answered with 503. Start the standby, or change synchronous_standby_names",
        );
    }
    if !failover.is_possible {
        return Finding::ok("failover", "no standby follows");
    }
    if !failover.is_synchronous {
        return Finding::warning(
            "failover",
            "no commit waits for a standby: a failover would lose the latest revocations. Set synchronous_standby_names",
        );
    }
    let fenced = "commits wait for a standby. Is the old primary always stopped for good (fenced) before a standby is promoted? \
                  A replica that reaches the old one alone cannot know of the promotion";
    if failover.is_one_host {
        let all = "Name all hosts in the URL, so that it does if it reaches another one";
        Finding::warning("failover", format!("{fenced}.\n{all}"))
    } else {
        Finding::ok("failover", fenced)
    }
}

/// Compares the schema with the one of this program.
fn schema(location: &Location, inspection: &Inspection) -> Finding {
    let difference = &inspection.schema;
    if let Some(version) = difference.unknown {
        return Finding::failed(
            "schema",
            &Failure::store(
                location,
                sqlx::migrate::MigrateError::VersionMissing(version).into(),
            ),
        );
    }
    if let Some(version) = difference.edited {
        return Finding::failed(
            "schema",
            &Failure::store(
                location,
                sqlx::migrate::MigrateError::VersionMismatch(version).into(),
            ),
        );
    }
    if difference.is_newer && difference.pending.is_empty() {
        Finding::ok(
            "schema",
            "one step newer than this program, which runs on it",
        )
    } else if difference.pending.is_empty() {
        Finding::ok("schema", "up to date")
    } else {
        Finding::warning(
            "schema",
            format!(
                "to be applied: {}. `server migrate` does it, or the next start",
                difference.pending.join(", ")
            ),
        )
    }
}

/// Checks the clock, which decides when tokens expire: it must agree with the store's, and must not have been set back.
fn clock(inspection: Option<&Inspection>) -> Finding {
    let now = Timestamp::now();
    let set = "Set it, and keep it right with NTP";
    if now.as_micros() < EARLIEST {
        return Finding::warning("clock", format!("it says {now}, which is long ago. {set}"));
    }
    let theirs = inspection.and_then(|inspection| inspection.now);
    if let Some(theirs) = theirs
        && (now.as_micros() - theirs.as_micros()).abs() > TOLERANCE
    {
        return Finding::warning(
            "clock",
            format!("it says {now}, and the database's says {theirs}. {set}"),
        );
    }
    let latest = inspection.and_then(|inspection| inspection.latest);
    match latest {
        Some(latest) if latest.as_micros() > now.as_micros() + TOLERANCE => Finding::warning(
            "clock",
            format!(
                "it says {now}, and the audit trail has an event of {latest}: a clock was set back. {set}"
            ),
        ),
        Some(_) | None => Finding::ok("clock", format!("{now}")),
    }
}

/// Checks the key ring, whose file must not be missing where there are tokens.
fn keys(storage: &Storage, has_tokens: bool) -> Finding {
    let source = match storage.keys() {
        Ok(source) => source,
        Err(error) => return Finding::failed("keys", &error.into()),
    };
    let if_missing = if has_tokens {
        IfMissing::Lost
    } else {
        IfMissing::Missing
    };
    match KeyRing::open(&source, if_missing) {
        Ok(ring) => Finding::ok("keys", format!("{source}: {}", ring.summary())),
        Err(KeyError::Missing { .. }) if storage.location().sqlite_file().is_some() => Finding::ok(
            "keys",
            format!("{source} does not exist yet; the first start creates it"),
        ),
        Err(error) => Finding::failed("keys", &error.into()),
    }
}
