//! The limits on the requests per second of a caller and of an address.

use crate::harness::{Answer, Credential, Folder, PATIENCE, Server, binary, output, text};

async fn ask(server: &Server, by: &Credential, forwarded_for: &str) -> Answer {
    server
        .request("GET", "/api/v1/tokens")
        .by(by)
        .header("x-forwarded-for", forwarded_for)
        .send()
        .await
}

async fn statuses(
    server: &Server,
    by: &Credential,
    forwarded_for: &str,
    requests: usize,
) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..requests {
        statuses.push(ask(server, by, forwarded_for).await.status);
    }
    statuses
}

#[tokio::test]
async fn caller_over_its_rate_gets_429_with_retry_after_and_others_do_not() {
    let server = Server::start_on(Folder::new(), &["--rate-per-caller", "2"]);
    let (admin, member) = (server.admin(), server.member());
    let another = server.bootstrap("Acme", "ada@acme.example", "admin");
    // Sent at once: the rate allows more requests the longer they take.
    let requests = (0..40).map(|_| ask(&server, &admin, ""));
    let answers = futures_util::future::join_all(requests).await;
    let refused: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 429)
        .collect();
    let served = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(served + refused.len(), 40);
    assert!((2..20).contains(&served), "{served} were served");
    let refusal = refused[0];
    assert_eq!(refusal.header("retry-after"), Some("1"));
    assert_eq!(
        refusal.refusal(),
        (429, "Too many requests; try again in 1 s".to_owned())
    );
    assert_eq!(refusal.header("cache-control"), Some("no-store"));
    // All tokens of a user share its limit.
    assert!(statuses(&server, &another, "", 3).await.contains(&429));
    assert_eq!(statuses(&server, &member, "", 2).await, [200, 200]);

    // A client that waits for `Retry-After` is served again.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(ask(&server, &admin, "").await.status, 200);
}

/// Sends forty requests without credentials at the same time; returns their statuses.
async fn forty_times(server: &Server, method: &str, path: &str) -> Vec<u16> {
    let requests = (0..40).map(|_| server.request(method, path).send());
    let answers = futures_util::future::join_all(requests).await;
    answers.iter().map(|answer| answer.status).collect()
}

#[tokio::test]
async fn address_is_limited_before_authentication_and_health_is_not_limited() {
    let server = Server::start_on(Folder::new(), &["--rate-per-address", "2"]);
    let statuses = forty_times(&server, "GET", "/api/v1/tokens").await;
    let count = |of| statuses.iter().filter(|status| **status == of).count();
    assert_eq!(count(401) + count(429), 40);
    assert!(
        count(429) > 20 && count(401) >= 2,
        "{} and {}",
        count(401),
        count(429)
    );
    for _ in 0..5 {
        assert_eq!(server.request("GET", "/healthz").send().await.status, 200);
        assert_eq!(server.request("GET", "/readyz").send().await.status, 200);
    }
}

#[tokio::test]
async fn unknown_routes_and_methods_are_limited_too() {
    let server = Server::start_on(Folder::new(), &["--rate-per-address", "2"]);
    for (method, path, refusal) in [("GET", "/nothing", 404), ("PUT", "/api/v1/tokens", 405)] {
        let statuses = forty_times(&server, method, path).await;
        let count = |of| statuses.iter().filter(|status| **status == of).count();
        assert_eq!(count(refusal) + count(429), 40, "{path}");
        assert!(count(429) > 20, "{path}: {}", count(429));
    }
    // Health is not limited for any method.
    assert_eq!(server.request("PUT", "/healthz").send().await.status, 405);
}

#[tokio::test]
async fn forwarded_address_counts_only_from_a_trusted_proxy() {
    let limit = ["--rate-per-address", "1"];
    let server = Server::start_on(Folder::new(), &limit);
    let admin = server.admin();
    let mut seen = Vec::new();
    for number in 0..10 {
        seen.extend(statuses(&server, &admin, &format!("192.0.2.{number}"), 1).await);
    }
    assert!(
        seen.contains(&429),
        "a client that forges its address is limited: {seen:?}"
    );

    let trusting = [&limit[..], &["--trusted-proxies", "127.0.0.0/8"]].concat();
    let server = Server::start_on(Folder::new(), &trusting);
    let admin = server.admin();
    for number in 0..10 {
        let address = format!("192.0.2.{number}");
        assert_eq!(statuses(&server, &admin, &address, 1).await, [200]);
    }
    let forged = statuses(&server, &admin, "203.0.113.1, 198.51.100.1", 10).await;
    assert!(
        forged.contains(&429),
        "entries left of the proxy's own are not believed: {forged:?}"
    );
}

#[tokio::test]
async fn loopback_is_not_limited_by_default() {
    let server = Server::start();
    let admin = server.admin();
    assert_eq!(statuses(&server, &admin, "", 250).await, [200; 250]);
}

/// A proxy hides from the server whether its clients are on this machine.
#[tokio::test]
async fn rates_are_limited_by_default_whenever_a_proxy_is_trusted() {
    for (arguments, limited) in [
        (&["--trusted-proxies", "127.0.0.1"][..], true),
        (&["--trusted-proxies", "10.0.0.0/8"], true),
        (&[], false),
        (&["--trusted-proxies", ""], false),
        (
            &[
                "--trusted-proxies",
                "127.0.0.1",
                "--rate-per-address",
                "off",
                "--rate-per-caller",
                "off",
            ],
            false,
        ),
    ] {
        let server = Server::start_on(Folder::new(), arguments);
        let admin = server.admin();
        let requests = (0..200).map(|_| ask(&server, &admin, "192.0.2.1"));
        let answers = futures_util::future::join_all(requests).await;
        let refused = answers.iter().filter(|answer| answer.status == 429).count();
        assert_eq!(refused > 0, limited, "{arguments:?}: {refused}");
    }
}

/// One that is meant to forbid everything would allow everything.
#[test]
fn limit_of_zero_is_refused() {
    for option in [
        "--rate-per-caller",
        "--rate-per-address",
        "--max-connections-per-address",
    ] {
        let refused = output(binary().args(["serve", option, "0"]));
        assert_eq!(refused.status.code(), Some(2), "{option}");
        let said = text(&refused.stderr);
        assert!(said.contains("`off` for no limit"), "{option}: {said}");
    }
}

#[tokio::test]
async fn sighup_reads_the_limits_again_and_keeps_the_previous_ones_if_they_are_invalid() {
    let folder = Folder::new();
    let file = folder.path().join("server.toml");
    std::fs::write(&file, "rate_per_caller = 'off'\n").unwrap();
    let server = Server::start_on(folder, &["--config", file.to_str().unwrap()]);
    let admin = server.admin();
    let refused = async || {
        let requests = (0..60).map(|_| ask(&server, &admin, ""));
        let answers = futures_util::future::join_all(requests).await;
        answers.iter().filter(|answer| answer.status == 429).count()
    };
    assert_eq!(refused().await, 0);
    let reload = |text: &str| {
        std::fs::write(&file, text).unwrap();
        server.hang_up();
    };
    let within = async |limited: bool| {
        let begun = std::time::Instant::now();
        while (refused().await > 0) != limited {
            assert!(begun.elapsed() < PATIENCE, "the limits are not read");
        }
    };
    reload("rate_per_caller = 1\n");
    within(true).await;
    for nonsense in [
        "rate_per_caller = 'many'\n",
        "rate_per_caller = \n",
        "nonsense = 1\n",
    ] {
        reload(nonsense);
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        assert!(refused().await > 0, "{nonsense}");
    }
    reload("rate_per_caller = 'off'\n");
    within(false).await;
}
