//! Mutants: each breaks the contract in one way, and names the case that must notice.
//!
//! Each of four workers has a separate deployment, and runs mutants one after another. The tokens that a broken run leaves
//! are revoked without the proxy before the next mutant.

mod answers;
mod authentication;
mod blacklist;
mod create;
mod evasion;
mod generated;
mod input;
mod latency;
mod leaks;
mod list;
mod methods;
mod node;
mod reason;
mod state;
mod tenancy;
mod token_id;
mod wire;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use conformance::case::Level;
use serde_json::json;

use crate::deployment::Deployment;
use crate::node::Node;
use crate::proxy::{Breaks, Proxy};
use crate::suite::{self, Run};
use node::NodeMutant;
use wire::{WireMutant, WireProxy};

/// One way to break the contract.
pub(crate) struct Mutant {
    /// The fault of the deployment.
    pub(crate) name: &'static str,
    /// The id of the case that must notice.
    pub(crate) killed_by: &'static str,
    /// The implementation in the proxy.
    pub(crate) breaks: Breaks,
}

/// A mutant of HTTP messages, of the bytes of a connection, or of the Node service.
enum AnyMutant {
    Http(&'static Mutant),
    Wire(&'static WireMutant),
    Node(&'static NodeMutant),
}

impl AnyMutant {
    fn name(&self) -> &'static str {
        match self {
            AnyMutant::Http(mutant) => mutant.name,
            AnyMutant::Wire(mutant) => mutant.name,
            AnyMutant::Node(mutant) => mutant.name,
        }
    }

    fn killed_by(&self) -> &'static str {
        match self {
            AnyMutant::Http(mutant) => mutant.killed_by,
            AnyMutant::Wire(mutant) => mutant.killed_by,
            AnyMutant::Node(mutant) => mutant.killed_by,
        }
    }
}

fn all_mutants() -> Vec<(&'static str, AnyMutant)> {
    let classes = [
        ("status", answers::status::MUTANTS),
        ("content", answers::content::MUTANTS),
        ("envelope", answers::envelope::MUTANTS),
        ("fields", answers::fields::MUTANTS),
        ("422 shape", answers::unprocessable::MUTANTS),
        ("error shape", answers::errors::MUTANTS),
        ("authentication", authentication::MUTANTS),
        ("blacklist", blacklist::MUTANTS),
        ("evasion", evasion::MUTANTS),
        ("state", state::MUTANTS),
        ("tenancy", tenancy::MUTANTS),
        ("input", input::MUTANTS),
        ("methods", methods::MUTANTS),
        ("leaks", leaks::MUTANTS),
        ("reason", reason::MUTANTS),
        ("token_id", token_id::MUTANTS),
        ("latency", latency::MUTANTS),
        ("create", create::MUTANTS),
        ("list", list::MUTANTS),
        ("generated", generated::MUTANTS),
    ];
    let http = (classes.into_iter()).flat_map(|(class, mutants)| {
        mutants
            .iter()
            .map(move |mutant| (class, AnyMutant::Http(mutant)))
    });
    let wire = (wire::MUTANTS.iter()).map(|mutant| ("connection", AnyMutant::Wire(mutant)));
    let node = (node::MUTANTS.iter()).map(|mutant| ("node", AnyMutant::Node(mutant)));
    http.chain(wire).chain(node).collect()
}

/// Returns the problem if the case that a mutant names does not notice it, or if the terminal shows more than one cause.
///
/// Returns the number of findings on the terminal, too.
async fn find_problem(deployment: &Deployment, mutant: &AnyMutant) -> (Option<String>, usize) {
    let case = mutant.killed_by();
    let mut run = run_named_case(deployment, mutant).await;
    // The connection that is cut may be the one that mints the case's token. Then the case runs once more.
    if run.verdict(case) == "inconclusive" {
        run = run_named_case(deployment, mutant).await;
    }
    let verdict = run.verdict(case);
    let named = run.stdout.contains(case);
    let problem = (run.code != 1 || verdict != "fail" || !named).then(|| {
        format!(
            "exit {}, {case} is {verdict}\n{}{}",
            run.code, run.stdout, run.stderr
        )
    });
    let is_finding = |line: &&str| {
        ["fail ", "blocked "]
            .iter()
            .any(|word| line.starts_with(word))
    };
    let causes = run.stdout.lines().filter(is_finding).count();
    let problem = problem.or_else(|| {
        (causes > 1).then(|| format!("{causes} causes on the terminal\n{}", run.stdout))
    });
    (problem, causes)
}

/// Runs the case that a mutant names against it.
async fn run_named_case(deployment: &Deployment, mutant: &AnyMutant) -> Run {
    let case = mutant.killed_by();
    let profile = deployment.profile();
    // A case that judges the whole run needs other cases in the run.
    let others = match case {
        "revocation.refused_to_the_end"
        | "authentication.every_refusal_has_a_challenge"
        | "status.every_answer_is_documented"
        | "create.all_tokens_differ" => "revocation.",
        _ => case,
    };
    let refused = "tenancy.member_stays_forbidden";
    let mut more = vec![
        "--allow", "revokes", "--strict", "--filter", others, "--filter", case,
    ];
    if case == "status.every_answer_is_documented" {
        more.extend(["--filter", refused]);
    }
    let run = match mutant {
        AnyMutant::Http(mutant) => {
            let proxy = Proxy::start(deployment, mutant.breaks).await;
            suite::run(&proxy.url, &profile, &more).await
        }
        AnyMutant::Wire(mutant) => {
            let proxy = WireProxy::start(deployment, mutant).await;
            suite::run(&proxy.url, &profile, &more).await
        }
        AnyMutant::Node(mutant) => {
            let node = Node::start(mutant.name);
            let profile = node.profile("list_items = \"/tokens\"\nactive_tokens = 11");
            return suite::run(&node.url, &profile, &more).await;
        }
    };
    deployment.purge().await;
    run
}

/// Returns the mutants of the classes that `CONFORMANCE_MUTANTS` names, separated by commas, or all.
fn chosen_mutants() -> Vec<(&'static str, AnyMutant)> {
    let classes = std::env::var("CONFORMANCE_MUTANTS").ok();
    let wanted = |class: &str| {
        (classes.as_deref()).is_none_or(|classes| classes.split(',').any(|one| one == class))
    };
    let chosen: Vec<_> = (all_mutants().into_iter())
        .filter(|(class, _)| wanted(class))
        .collect();
    assert!(!chosen.is_empty(), "CONFORMANCE_MUTANTS names no class");
    chosen
}

/// Runs all mutants against four deployments. For the benchmark, it writes the results to the file that
/// `CONFORMANCE_KILL_TABLE` names: a JSON object with `class`, `mutant`, `killed` and `causes` per line.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_mutant_is_killed_by_the_case_that_it_names() {
    let mutants = chosen_mutants();
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    let worker = || async {
        let deployment = Deployment::start();
        while let Some((class, mutant)) = mutants.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (problem, causes) = find_problem(&deployment, mutant).await;
            let result = (*class, mutant.name(), problem, causes);
            results.lock().expect("no worker panicked").push(result);
        }
    };
    futures_util::future::join_all((0..4).map(|_| worker())).await;
    let results = results.into_inner().expect("no worker panicked");
    if let Some(path) = std::env::var_os("CONFORMANCE_KILL_TABLE") {
        let lines = results.iter().map(|(class, mutant, problem, causes)| {
            let killed = problem.is_none();
            format!(
                "{}\n",
                json!({ "class": class, "mutant": mutant, "killed": killed, "causes": causes })
            )
        });
        std::fs::write(path, lines.collect::<String>()).expect("the table is written");
    }
    let survivors: Vec<String> = (results.iter())
        .filter_map(|(class, name, problem, _)| {
            Some(format!("{class}: {name}: {}", problem.as_ref()?))
        })
        .collect();
    assert!(
        survivors.is_empty(),
        "{} of {} survive:\n{}",
        survivors.len(),
        mutants.len(),
        survivors.join("\n")
    );
}

#[tokio::test]
async fn proxy_without_a_fault_passes() {
    let deployment = Deployment::start();
    let proxy = Proxy::start(&deployment, |exchange| {
        Box::pin(async move { exchange.forward().await })
    })
    .await;
    let run = suite::run(
        &proxy.url,
        &deployment.profile(),
        &["--allow", "revokes", "--strict"],
    )
    .await;
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn mutants_have_unique_names_and_each_case_that_can_fail_has_one() {
    let contract = conformance::contract::Contract::published().expect("the published contract");
    let cases = conformance::cases::of(&contract);
    let ids: Vec<&str> = cases.iter().map(|case| case.id).collect();
    let killers: Vec<&str> = all_mutants()
        .iter()
        .map(|(_, mutant)| mutant.killed_by())
        .collect();
    for case in cases {
        // Some derived cases of each kind are enough, and a MAY never fails the run.
        let can_fail = case.level != Level::May && !case.id.starts_with("generated.");
        assert!(
            !can_fail || killers.contains(&case.id),
            "no mutant is noticed by {}",
            case.id
        );
    }
    let mut names: Vec<&str> = all_mutants()
        .iter()
        .map(|(_, mutant)| mutant.name())
        .collect();
    for (_, mutant) in all_mutants() {
        let (name, case) = (mutant.name(), mutant.killed_by());
        assert!(ids.contains(&case), "{name} names {case}");
    }
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "two mutants have the same name");
}
