//! `/docs`, the page on which people enter credentials.

mod swagger_ui;

use crate::harness::Server;

#[tokio::test]
async fn page_loads_only_from_this_server_and_cannot_be_framed() {
    let server = Server::start();
    for path in [
        "/docs",
        "/docs/",
        "/docs/swagger-ui-bundle.js",
        "/docs/swagger-initializer.js",
        "/docs/no-such-file",
    ] {
        let answer = server.request("GET", path).send().await;
        let policy = answer.header("content-security-policy").expect("a policy");
        let directives: Vec<&str> = policy.split("; ").collect();
        for directive in [
            "default-src 'none'",
            "script-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(directives.contains(&directive), "{path}: {policy}");
        }
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
    }
}

#[tokio::test]
async fn page_and_all_that_it_loads_come_from_the_binary_and_are_kept_by_their_hash() {
    let server = Server::start();
    let page = server.request("GET", "/").send().await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, Some("text/html; charset=utf-8")),
        "redirected to the page"
    );
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    assert!(page.body.contains(r#"name="viewport""#));
    let links: Vec<&str> = page
        .body
        .split('"')
        .filter(|part| part.starts_with("./") || part.contains("//"))
        .collect();
    assert_eq!(links.len(), 8, "{links:?}");
    for link in links {
        let path = link
            .strip_prefix("./")
            .unwrap_or_else(|| panic!("{link} is not of this server"));
        let get = |path: &str| server.request("GET", &format!("/docs/{path}"));
        let file = get(path).header("accept-encoding", "identity").send().await;
        assert_eq!(file.status, 200, "{path}");
        assert_eq!(file.header("content-encoding"), None);
        let kept = Some("public, max-age=31536000, immutable");
        assert_eq!(file.header("cache-control"), kept);
        let name = path.split('?').next().expect("a name");
        let other = get(&format!("{name}?v=another")).send().await;
        assert_eq!(other.header("cache-control"), Some("no-cache"));
        let tag = file.header("etag").expect("a tag");
        let again = get(path).header("if-none-match", tag).send().await;
        assert_eq!((again.status, again.body.as_str()), (304, ""));
        assert_eq!(again.header("cache-control"), kept);
    }
}

#[tokio::test]
async fn files_are_sent_compressed_to_who_reads_gzip() {
    let server = Server::start();
    let file = server
        .request("GET", "/docs/swagger-ui-bundle.js")
        .header("accept-encoding", "br, gzip")
        .send()
        .await;
    assert_eq!(file.header("content-encoding"), Some("gzip"));
    assert_eq!(file.header("vary"), Some("accept-encoding"));
    let length: usize = file
        .header("content-length")
        .expect("a length")
        .parse()
        .expect("a number");
    assert!(length < 700_000, "{length}");
}
