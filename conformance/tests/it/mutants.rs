//! Each mutant breaks the contract in one way, and names the case that must notice.
//!
//! A deployment of its own for each of four workers; the mutants go through them one after another, and whatever a
//! broken run leaves behind is revoked past the proxy before the next.

mod answers;
mod authentication;
mod blacklist;
mod companions;
mod input;
mod leaks;
mod methods;
mod state;
mod tenancy;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::deployment::Deployment;
use crate::proxy::{Breaks, Proxy};
use crate::suite::run;

/// One way to break the contract.
pub(crate) struct Mutant {
    /// What the deployment does wrong.
    pub(crate) name: &'static str,
    /// The id of the case that must notice.
    pub(crate) killed_by: &'static str,
    /// How the proxy does it.
    pub(crate) breaks: Breaks,
}

fn all() -> Vec<(&'static str, &'static Mutant)> {
    let classes = [
        ("answers", answers::MUTANTS),
        ("authentication", authentication::MUTANTS),
        ("blacklist", blacklist::MUTANTS),
        ("state", state::MUTANTS),
        ("tenancy", tenancy::MUTANTS),
        ("input", input::MUTANTS),
        ("methods", methods::MUTANTS),
        ("leaks", leaks::MUTANTS),
        ("companions", companions::MUTANTS),
    ];
    classes
        .into_iter()
        .flat_map(|(class, mutants)| mutants.iter().map(move |mutant| (class, mutant)))
        .collect()
}

/// Gives the problem if a mutant survives the case that it names.
async fn survives(deployment: &Deployment, mutant: &Mutant) -> Option<String> {
    let proxy = Proxy::start(deployment, mutant.breaks).await;
    let profile = deployment.profile();
    let more = [
        "--allow",
        "revokes",
        "--strict",
        "--filter",
        mutant.killed_by,
    ];
    let run = run(&proxy.url, &profile, &more).await;
    drop(proxy);
    deployment.purge().await;
    let verdict = run.verdict(mutant.killed_by);
    let named = run.stdout.contains(mutant.killed_by);
    (run.code != 1 || verdict != "fail" || !named).then(|| {
        format!(
            "exit {}, {} is {verdict}\n{}{}",
            run.code, mutant.killed_by, run.stdout, run.stderr
        )
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_mutant_is_killed_by_the_case_that_it_names() {
    let mutants = all();
    let next = AtomicUsize::new(0);
    let survivors = Mutex::new(Vec::new());
    let worker = || async {
        let deployment = Deployment::start();
        while let Some((class, mutant)) = mutants.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Some(problem) = survives(&deployment, mutant).await {
                survivors
                    .lock()
                    .expect("no worker panicked")
                    .push(format!("{class}: {}: {problem}", mutant.name));
            }
        }
    };
    futures_util::future::join_all((0..4).map(|_| worker())).await;
    let survivors = survivors.into_inner().expect("no worker panicked");
    assert!(
        survivors.is_empty(),
        "{} of {} survive:\n{}",
        survivors.len(),
        mutants.len(),
        survivors.join("\n")
    );
}

#[tokio::test]
async fn proxy_that_breaks_nothing_is_clean() {
    let deployment = Deployment::start();
    let proxy = Proxy::start(&deployment, |exchange| {
        Box::pin(async move { exchange.forward().await })
    })
    .await;
    let run = run(
        &proxy.url,
        &deployment.profile(),
        &["--allow", "revokes", "--strict"],
    )
    .await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn mutants_have_names_of_their_own_and_name_cases_that_exist() {
    let ids: Vec<&str> = conformance::cases::catalogue()
        .iter()
        .map(|case| case.id)
        .collect();
    let mut names: Vec<&str> = all().iter().map(|(_, mutant)| mutant.name).collect();
    for (_, mutant) in all() {
        assert!(
            ids.contains(&mutant.killed_by),
            "{} names {}",
            mutant.name,
            mutant.killed_by
        );
    }
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "two mutants share a name");
}
