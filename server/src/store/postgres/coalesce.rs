//! One statement for the questions of many requests.

use std::fmt;
use std::sync::Arc;

use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::{JoinSet, yield_now};

use super::super::error::StoreError;

/// The most questions of one statement.
const MAX_QUESTIONS: usize = 256;

/// Questions that one statement can answer together.
pub(super) trait Batch: Send + Sync + 'static {
    type Question: Send + 'static;
    type Answer: Send + 'static;

    /// Asks all of them now. Returns the answers in the order of the questions.
    fn ask(
        &self,
        questions: &[Self::Question],
    ) -> impl Future<Output = Result<Vec<Self::Answer>, StoreError>> + Send;
}

type Asked<B> = (
    <B as Batch>::Question,
    oneshot::Sender<Result<<B as Batch>::Answer, StoreError>>,
);

/// Collects questions while statements are in progress, and sends them together as the next one.
///
/// A question waits in the queue until a statement is built from all questions in it, which is then sent: so no question is ever
/// answered by a statement that was sent before it was asked.
pub(super) struct Coalescer<B: Batch> {
    queue: mpsc::UnboundedSender<Asked<B>>,
    /// Aborted when this is dropped.
    _workers: JoinSet<()>,
}

impl<B: Batch> Coalescer<B> {
    /// Starts to answer questions, with at most `in_progress` statements at a time.
    pub(super) fn start(batch: B, in_progress: usize) -> Self {
        // Bounded by the requests in progress, each of which asks one question at a time.
        let (queue, questions) = mpsc::unbounded_channel();
        let (batch, questions) = (Arc::new(batch), Arc::new(Mutex::new(questions)));
        let mut workers = JoinSet::new();
        for _ in 0..in_progress {
            workers.spawn(work(Arc::clone(&batch), Arc::clone(&questions)));
        }
        Self {
            queue,
            _workers: workers,
        }
    }

    /// Returns the answer of a statement that starts after this call.
    pub(super) async fn ask(&self, question: B::Question) -> Result<B::Answer, StoreError> {
        let ended = || StoreError::Unavailable("the task that asks has ended".to_owned());
        let (sender, answer) = oneshot::channel();
        self.queue.send((question, sender)).map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }
}

/// Answers questions until the queue is closed.
async fn work<B: Batch>(batch: Arc<B>, questions: Arc<Mutex<mpsc::UnboundedReceiver<Asked<B>>>>) {
    let mut asked = Vec::new();
    loop {
        asked.clear();
        if gather(&mut *questions.lock().await, &mut asked).await == 0 {
            return;
        }
        let (questions, senders): (Vec<_>, Vec<_>) = asked.drain(..).unzip();
        match batch.ask(&questions).await {
            Ok(answers) => {
                for (sender, answer) in senders.into_iter().zip(answers) {
                    // An error says that the request no longer waits.
                    let _ = sender.send(Ok(answer));
                }
            }
            // The database refused the statement, possibly because of one question: each is asked alone.
            Err(StoreError::Inconsistent(_)) if questions.len() > 1 => {
                for (sender, question) in senders.into_iter().zip(questions) {
                    let answer = batch.ask(&[question]).await;
                    let answer = answer.and_then(|answers| {
                        let first = answers.into_iter().next();
                        first.ok_or_else(|| StoreError::Inconsistent("no answer".to_owned()))
                    });
                    let _ = sender.send(answer);
                }
            }
            Err(error) => {
                for sender in senders {
                    let _ = sender.send(Err(error.share()));
                }
            }
        }
    }
}

/// Waits for questions, and takes all of them, up to the maximum. Returns how many.
async fn gather<T>(queue: &mut mpsc::UnboundedReceiver<T>, asked: &mut Vec<T>) -> usize {
    if queue.recv_many(asked, MAX_QUESTIONS).await > 0 {
        // Tasks that are ready to ask run first: requests that arrived together are answered together.
        yield_now().await;
        while asked.len() < MAX_QUESTIONS
            && let Ok(question) = queue.try_recv()
        {
            asked.push(question);
        }
    }
    asked.len()
}

impl<B: Batch> fmt::Debug for Coalescer<B> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Coalescer").finish_non_exhaustive()
    }
}
