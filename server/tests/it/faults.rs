//! The promise under faults: after a revocation is acknowledged, no replica accepts that token again, whatever is killed.
//!
//! Each test takes some seconds by default; `cargo xtask bench faults` runs them longer and prints the figures.

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use history::{Fault, History, Verdict};
use load::{Load, USERS, random_below};
use replica::Replica;

use testbed::postgres::{Cluster, Database};

use crate::harness::{Credential, Folder, Server, output, own_cluster, text};

mod failover;
mod figures;
mod full;
mod history;
mod load;
mod locked;
mod network;
mod reload;
mod replica;
pub(crate) mod revoked_writers;

/// The environment variable with the duration of the faults in seconds.
const SECONDS: &str = "DZ_FAULTS_SECONDS";

/// The number of revocations that are acknowledged between two faults.
const SOME: usize = 12;

/// The number of faults in the shortest run.
const AT_LEAST: usize = 7;

fn requested_duration() -> Duration {
    let Some(text) = std::env::var_os(SECONDS) else {
        return Duration::from_secs(3);
    };
    let seconds = text.to_str().and_then(|text| text.parse().ok());
    seconds.map_or_else(
        || {
            panic!(
                "{SECONDS}={} is not a number of seconds; give one, such as 3",
                text.display()
            )
        },
        Duration::from_secs,
    )
}

fn users(folder: &Folder) -> Vec<Credential> {
    let user = |number| folder.bootstrap("Acme", &format!("user{number}@acme.example"), "member");
    (0..USERS).map(user).collect()
}

/// Causes faults until there are enough of them while clients send requests, and judges what the clients saw.
///
/// A fault follows some acknowledged revocations, so that there is something to lose on a machine of any speed.
async fn under_faults(
    replicas: &Arc<Vec<Replica>>,
    users: Vec<Credential>,
    fault: impl Fn(usize, &[Replica]) -> Fault + Send + 'static,
    enough: impl Fn(&History) -> bool + Send + 'static,
) -> Verdict {
    let history = Arc::new(History::default());
    let urls = replicas.iter().map(Replica::url).collect();
    let load = Load::on(urls, users, Arc::clone(&history));
    let clients = load.begin();
    let making = {
        let (replicas, history) = (Arc::clone(replicas), Arc::clone(&history));
        move || {
            while !enough(&history) {
                history.await_acknowledgements(SOME);
                let turn = history.faults();
                history.record_fault(fault(turn, &replicas));
            }
            history.await_acknowledgements(SOME);
        }
    };
    let made = tokio::task::spawn_blocking(making).await;
    load.stop();
    clients.join_all().await;
    made.expect("faults can be made");
    load.use_all().await;
    history.judge()
}

/// Returns a function that says whether there were enough faults for a verdict and the requested duration is over.
fn enough_faults() -> impl Fn(&History) -> bool {
    let (begun, lasting) = (Instant::now(), requested_duration());
    move |history| history.faults() >= AT_LEAST && begun.elapsed() >= lasting
}

fn all(replicas: &[Replica]) -> Vec<usize> {
    (0..replicas.len()).collect()
}

/// Kills one replica, and starts it again after the others have run without it for a moment.
fn kill_one(replicas: &[Replica]) -> Fault {
    let which = random_below(replicas.len());
    replicas[which].kill();
    std::thread::sleep(Duration::from_millis(50));
    replicas[which].restart();
    Fault {
        what: "SIGKILL of a server",
        replicas: vec![which],
        ended: Instant::now(),
    }
}

/// Suspends one replica in the middle of its work; it continues later without noticing.
fn pause_one(replicas: &[Replica]) -> Fault {
    let which = random_below(replicas.len());
    replicas[which].pause(true);
    std::thread::sleep(Duration::from_millis(300));
    replicas[which].pause(false);
    Fault {
        what: "SIGSTOP of a server",
        replicas: vec![which],
        ended: Instant::now(),
    }
}

fn kill_database(cluster: &Cluster, replicas: &[Replica]) -> Fault {
    cluster.kill();
    std::thread::sleep(Duration::from_millis(50));
    cluster.restart();
    Fault {
        what: "SIGKILL of the database",
        replicas: all(replicas),
        ended: Instant::now(),
    }
}

fn pause_database(cluster: &Cluster, replicas: &[Replica]) -> Fault {
    cluster.pause(true);
    std::thread::sleep(Duration::from_millis(300));
    cluster.pause(false);
    Fault {
        what: "SIGSTOP of the database",
        replicas: all(replicas),
        ended: Instant::now(),
    }
}

/// Stops the database for a second. Until it runs again, no token can be checked and none may be accepted.
fn stop_database_for_a_second(cluster: &Cluster, replicas: &[Replica]) -> Fault {
    cluster.kill();
    std::thread::sleep(Duration::from_secs(1));
    cluster.restart();
    Fault {
        what: "a second without the database",
        replicas: all(replicas),
        ended: Instant::now(),
    }
}

/// Ends every session, as an administrator or a failover does.
fn end_sessions(cluster: &Cluster, replicas: &[Replica]) -> Fault {
    cluster.execute(
        "postgres",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL",
    );
    Fault {
        what: "the end of all sessions",
        replicas: all(replicas),
        ended: Instant::now(),
    }
}

/// Three replicas, their users, and the database that they share.
struct Shared {
    cluster: Arc<Cluster>,
    database: Arc<Database>,
    replicas: Arc<Vec<Replica>>,
    users: Vec<Credential>,
    _folder: Folder,
}

impl Shared {
    fn start(settings: &[&str]) -> Option<Self> {
        let cluster = Arc::new(own_cluster(settings)?);
        let database = Arc::new(cluster.database());
        let folder = Folder::on(Arc::clone(&database));
        let users = users(&folder);
        let replicas = (0..3).map(|_| Replica::start(&folder)).collect();
        Some(Self {
            cluster,
            database,
            replicas: Arc::new(replicas),
            users,
            _folder: folder,
        })
    }
}

/// A server on an empty database of PostgreSQL, an admin, and a token that the admin has minted.
struct Served {
    database: Arc<Database>,
    server: Server,
    admin: Credential,
    token: Credential,
}

impl Served {
    async fn on(cluster: &Arc<Cluster>, arguments: &[&str]) -> Self {
        let database = Arc::new(cluster.database());
        let server = Server::start_on(Folder::on(Arc::clone(&database)), arguments);
        let admin = server.admin();
        let token = server.create(&admin, "ci").await;
        Self {
            database,
            server,
            admin,
            token,
        }
    }
}

fn report(title: &str, verdict: &Verdict) {
    println!(
        "{title}
{verdict}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_server_killed_again_and_again_accepts_no_revoked_token() {
    let folder = Folder::new();
    let users = users(&folder);
    let replicas = Arc::new(vec![Replica::start(&folder)]);
    let fault = |turn: usize, replicas: &[Replica]| match turn % 4 {
        1 => pause_one(replicas),
        _ => kill_one(replicas),
    };
    let verdict = under_faults(&replicas, users, fault, enough_faults()).await;
    report("one server on SQLite, killed and stopped", &verdict);
    assert!(verdict.holds(), "\n{verdict}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_replicas_killed_again_and_again_with_their_database_accept_no_revoked_token() {
    let Some(shared) = Shared::start(&[]) else {
        return;
    };
    let cluster = Arc::clone(&shared.cluster);
    let fault = move |turn: usize, replicas: &[Replica]| match turn % 7 {
        0 | 3 => kill_database(&cluster, replicas),
        1 => kill_one(replicas),
        2 => pause_one(replicas),
        4 => pause_database(&cluster, replicas),
        5 => end_sessions(&cluster, replicas),
        _ => stop_database_for_a_second(&cluster, replicas),
    };
    let verdict = under_faults(
        &shared.replicas,
        shared.users.clone(),
        fault,
        enough_faults(),
    )
    .await;
    report(
        "three replicas on PostgreSQL, killed and stopped with their database",
        &verdict,
    );
    assert!(verdict.holds(), "\n{verdict}");
}

/// The negative control: this database acknowledges writes that are not durable yet. If no loss is noticed here, the tests above
/// cannot notice one either.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checker_notices_a_database_that_forgets_what_it_acknowledged() {
    let settings = [
        "wal_writer_delay=10s",
        "wal_writer_flush_after=1GB",
        "full_page_writes=off",
    ];
    let Some(shared) = Shared::start(&settings) else {
        return;
    };
    // The server sets synchronous commits in its sessions, so triggers in the database must override that.
    shared.database.execute(
        "CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN PERFORM set_config('synchronous_commit', 'off', true); RETURN NEW; END $$;
         CREATE TRIGGER forget BEFORE INSERT ON revocations FOR EACH ROW EXECUTE FUNCTION forget();
         CREATE TRIGGER forget BEFORE INSERT OR UPDATE ON tokens FOR EACH ROW EXECUTE FUNCTION forget();
         CHECKPOINT",
    );
    let cluster = Arc::clone(&shared.cluster);
    let fault = move |_, replicas: &[Replica]| kill_database(&cluster, replicas);
    let noticed = |history: &History| {
        history.faults() >= 20 || history.judge().accepted_after_acknowledgement > 0
    };
    let verdict = under_faults(&shared.replicas, shared.users.clone(), fault, noticed).await;
    report(
        "the control: PostgreSQL made to commit asynchronously, and killed",
        &verdict,
    );
    assert!(
        verdict.accepted_after_acknowledgement > 0,
        "a broken promise must be noticed:\n{verdict}"
    );
}

#[test]
fn invalid_duration_is_refused() {
    let refused = output(
        Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "faults::sqlite_server_killed_again_and_again_accepts_no_revoked_token",
            ])
            .env(SECONDS, "abc"),
    );
    let said = text(&refused.stdout);
    assert_eq!(refused.status.code(), Some(101), "{said}");
    assert!(
        said.contains("DZ_FAULTS_SECONDS=abc is not a number of seconds"),
        "{said}"
    );
}
