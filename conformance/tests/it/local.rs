//! Services that a test starts on this machine.

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

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
