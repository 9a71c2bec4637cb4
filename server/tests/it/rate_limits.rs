//! How often a caller and an address may ask.

use crate::harness::{Answer, Credential, Folder, Server};

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
async fn caller_that_asks_too_often_is_429_with_a_time_to_wait_and_others_are_not() {
    let server = Server::start_on(Folder::new(), &["--rate-per-caller", "2"]);
    let (admin, member) = (server.admin(), server.member());
    let another = server.bootstrap("Acme", "ada@acme.example", "admin");
    // All at once: what takes longer gives places back meanwhile.
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
    // The limit is the user's, whichever token it uses.
    assert!(statuses(&server, &another, "", 3).await.contains(&429));
    assert_eq!(statuses(&server, &member, "", 2).await, [200, 200]);

    // Whoever waits as it was told is served again.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(ask(&server, &admin, "").await.status, 200);
}

/// The statuses of forty requests at the same time, by nobody.
async fn forty_times(server: &Server, method: &str, path: &str) -> Vec<u16> {
    let requests = (0..40).map(|_| server.request(method, path).send());
    let answers = futures_util::future::join_all(requests).await;
    answers.iter().map(|answer| answer.status).collect()
}

#[tokio::test]
async fn address_is_limited_before_it_is_known_who_asks_and_health_is_not() {
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
async fn what_is_not_there_is_limited_like_the_rest() {
    let server = Server::start_on(Folder::new(), &["--rate-per-address", "2"]);
    for (method, path, refusal) in [("GET", "/nothing", 404), ("PUT", "/api/v1/tokens", 405)] {
        let statuses = forty_times(&server, method, path).await;
        let count = |of| statuses.iter().filter(|status| **status == of).count();
        assert_eq!(count(refusal) + count(429), 40, "{path}");
        assert!(count(429) > 20, "{path}: {}", count(429));
    }
    // Health is not limited, whatever is asked of it.
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
        "whoever lies about its address is limited: {seen:?}"
    );

    let trusting = [&limit[..], &["--trusted-proxies", "127.0.0.0/8"]].concat();
    let server = Server::start_on(Folder::new(), &trusting);
    let admin = server.admin();
    for number in 0..10 {
        let address = format!("192.0.2.{number}");
        assert_eq!(statuses(&server, &admin, &address, 1).await, [200]);
    }
    let lying = statuses(&server, &admin, "203.0.113.1, 198.51.100.1", 10).await;
    assert!(
        lying.contains(&429),
        "what stands left of the proxy's own entry is not believed: {lying:?}"
    );
}

#[tokio::test]
async fn loopback_is_not_limited_by_default() {
    let server = Server::start();
    let admin = server.admin();
    assert_eq!(statuses(&server, &admin, "", 250).await, [200; 250]);
}
