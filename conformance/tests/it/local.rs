//! Services that a test starts on this machine.

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::suite::{Run, run};

/// A service on a free port. It is stopped when this value is dropped.
pub(crate) struct Local {
    pub(crate) url: String,
    task: JoinHandle<()>,
}

impl Drop for Local {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Local {
    /// Starts a service that uses a listener.
    pub(crate) async fn start<S>(serves: impl FnOnce(TcpListener) -> S) -> Local
    where
        S: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let task = tokio::spawn(serves(listener));
        Local { url, task }
    }

    /// Starts an HTTP service.
    pub(crate) async fn serve(app: axum::Router) -> Local {
        Local::start(|listener| async move {
            let app = app.into_make_service_with_connect_info::<std::net::SocketAddr>();
            axum::serve(listener, app).await.expect("it serves");
        })
        .await
    }
}

/// Runs the cases of a contract against an HTTP service, whose operator's token is any text, with effects up to a given one. The
/// profile has more lines.
pub(crate) async fn run_contract(
    app: axum::Router,
    contract: &Value,
    allow: &str,
    profile: &str,
) -> Run {
    let local = Local::serve(app).await;
    let folder = testbed::folder().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    };
    write("operator.token", "any_text_as_token");
    let profile = format!("[operator]\ntoken = {{ file = \"operator.token\" }}\n{profile}");
    let profile = write("profile.toml", &profile);
    let path = write("contract.json", &contract.to_string());
    let path = path.to_str().expect("UTF-8");
    let more = ["--contract", path, "--allow", allow];
    run(&local.url, &profile, &more).await
}
