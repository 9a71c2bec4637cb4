//! The documented example, used as another project would use it.

#[path = "../../examples/cargo_test.rs"]
#[expect(dead_code, reason = "the example's own main is not called from here")]
mod example;

use conformance::deployment::pace::Limits;
use conformance::runner;
use conformance::session::Opening;
use libtest_mimic::Arguments;

use crate::deployment::Deployment;
use crate::proxy::Proxy;

/// Runs the example's tests whose name contains a text. Returns how many passed, failed and were ignored, and how many tokens
/// are left behind.
async fn run_example(
    target: String,
    profile: std::path::PathBuf,
    filter: &'static str,
) -> (u64, u64, u64, usize) {
    let runtime = tokio::runtime::Handle::current();
    // libtest_mimic blocks.
    let counts = tokio::task::spawn_blocking(move || {
        let opening = Opening {
            target: &target,
            profile: &profile,
            contract: None,
            own: &[],
            limits: Limits::default(),
        };
        let session = opening.open().expect("a deployment");
        let trials = example::trials(&session, &runtime);
        // The output of these tests must not be mixed with that of the tests that run them.
        let printed = tempfile::NamedTempFile::new().expect("a file");
        let mut arguments =
            Arguments::from_iter(["conformance", filter, "--quiet", "--test-threads", "4"]);
        arguments.logfile = Some(printed.path().to_string_lossy().into_owned());
        let conclusion = libtest_mimic::run(&arguments, trials);
        let left_behind = runtime.block_on(runner::finish(&session));
        (
            conclusion.num_passed,
            conclusion.num_failed,
            conclusion.num_ignored,
            left_behind.len(),
        )
    });
    counts.await.expect("no panic")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_case_is_a_test_of_another_project() {
    let deployment = Deployment::start();
    let profile = deployment.profile();
    let sound = run_example(deployment.url.clone(), profile.clone(), "revocation.spares").await;
    assert_eq!(sound, (5, 0, 0, 0));

    let text = std::fs::read_to_string(&profile).expect("readable");
    let operator_only = text.split("[member]").next().expect("the operator's table");
    std::fs::write(
        &profile,
        format!("{operator_only}[fixtures]\nmint = \"api\"\n"),
    )
    .expect("written");
    let without_member =
        run_example(deployment.url.clone(), profile.clone(), "revocation.spares").await;
    assert_eq!(without_member, (4, 0, 1, 0));

    let broken = Proxy::start(&deployment, |exchange| {
        Box::pin(async move {
            match exchange.bearer_revoked() {
                Some(_) => exchange.accepted().forward().await,
                None => exchange.forward().await,
            }
        })
    })
    .await;
    let noticed = run_example(broken.url.clone(), profile, "revocation.refused_at_once").await;
    // The token still works through the proxy, although its revocation was answered with 201.
    assert_eq!(noticed, (0, 1, 0, 1));
    assert_eq!(deployment.purge().await, 0);
}
