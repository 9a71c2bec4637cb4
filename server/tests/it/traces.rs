//! Traces by OTLP, sent to a socket of the test.

#[cfg(not(feature = "otlp"))]
use crate::harness::{Folder, binary, output, text};

#[cfg(not(feature = "otlp"))]
#[test]
fn build_without_the_exporter_says_how_to_get_one() {
    let folder = Folder::new();
    let refused = output(
        binary()
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--otlp-endpoint",
                "http://127.0.0.1:4318",
            ])
            .args(folder.arguments()),
    );
    assert_eq!(refused.status.code(), Some(2));
    insta::assert_snapshot!(text(&refused.stderr), @"error: --otlp-endpoint is set, but this build cannot send traces. Build it with `--features otlp`, or leave the option out");
    assert!(!folder.database().exists());
}

#[cfg(feature = "otlp")]
mod exported {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::sync::mpsc;
    use tokio::time::timeout;

    use crate::harness::{Folder, PATIENCE, Server, revoke_path};

    /// A request to the collector: its head, and its body of protobuf.
    struct Export {
        head: String,
        body: Vec<u8>,
    }

    impl Export {
        fn holds(&self, bytes: &[u8]) -> bool {
            self.body.windows(bytes.len()).any(|window| window == bytes)
        }
    }

    /// Starts a collector that answers every export with `status`; returns its URL and the exports.
    async fn collector(status: &'static str) -> (String, mpsc::UnboundedReceiver<Export>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, receiver) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let sender = sender.clone();
                tokio::spawn(async move {
                    let mut read = Vec::new();
                    loop {
                        let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n")
                        else {
                            if stream.read_buf(&mut read).await.unwrap_or(0) == 0 {
                                return;
                            }
                            continue;
                        };
                        let head = String::from_utf8_lossy(&read[..end]).to_ascii_lowercase();
                        let length: usize = head
                            .lines()
                            .find_map(|line| line.strip_prefix("content-length: "))
                            .map_or(0, |length| length.parse().unwrap());
                        while read.len() < end + 4 + length {
                            if stream.read_buf(&mut read).await.unwrap_or(0) == 0 {
                                return;
                            }
                        }
                        let body = read[end + 4..end + 4 + length].to_vec();
                        read.drain(..end + 4 + length);
                        let _ = sender.send(Export { head, body });
                        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
                        let _ = stream.write_all(answer.as_bytes()).await;
                    }
                });
            }
        });
        (url, receiver)
    }

    #[tokio::test]
    async fn request_is_a_span_in_the_trace_that_it_names() {
        let (url, mut exports) = collector("200 OK").await;
        // Spans are sent at any log level.
        let server = Server::start_on(Folder::new(), &["--otlp-endpoint", &url, "--log", "error"]);
        let admin = server.admin();
        let answer = server
            .request("POST", &revoke_path(&admin.token_id))
            .by(&admin)
            .header(
                "traceparent",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            )
            .send()
            .await;
        assert_eq!(answer.status, 201);
        let token = admin.token.clone();
        let user = admin.user_id.clone();
        // The remaining spans are sent when the server stops.
        tokio::task::spawn_blocking(move || server.stop())
            .await
            .unwrap();

        let export = timeout(PATIENCE, exports.recv())
            .await
            .expect("an export")
            .unwrap();
        assert!(
            export.head.starts_with("post /v1/traces http/1.1"),
            "{}",
            export.head
        );
        assert!(
            export.head.contains("content-type: application/x-protobuf"),
            "{}",
            export.head
        );
        let trace = 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes();
        let parent = 0xb7ad_6b71_6920_3331_u64.to_be_bytes();
        assert!(export.holds(&trace), "the trace of the request");
        assert!(export.holds(&parent), "the span that it came from");
        for text in [
            "dz-token-service",
            "http.request.method",
            "POST",
            "http.route",
            "/api/v1/tokens/{token_id}/revoke",
            "http.response.status_code",
            &user,
        ] {
            assert!(export.holds(text.as_bytes()), "{text}");
        }
        assert!(!export.holds(&token.as_bytes()[..20]), "no credential");
    }

    #[tokio::test]
    async fn failing_collector_does_not_disturb_the_service() {
        let (failing, _exports) = collector("503 Service Unavailable").await;
        for endpoint in [failing.as_str(), "http://127.0.0.1:1"] {
            let server = Server::start_on(Folder::new(), &["--otlp-endpoint", endpoint]);
            let admin = server.admin();
            for _ in 0..3 {
                assert_eq!(server.probe(&admin).await, 200);
            }
            let stopped = tokio::task::spawn_blocking(move || server.stop());
            timeout(PATIENCE + Duration::from_secs(5), stopped)
                .await
                .expect("stopping is not delayed")
                .unwrap();
        }
    }
}
