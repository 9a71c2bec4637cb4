//! Many questions, one statement.

use std::fmt;
use std::sync::Arc;

use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::{JoinSet, yield_now};

use super::super::error::StoreError;

/// The most questions of one statement.
const MOST: usize = 256;

/// Questions that one statement can answer together.
pub(super) trait Batch: Send + Sync + 'static {
    type Question: Send + 'static;
    type Answer: Send + 'static;

    /// Asks all of them now. The answers come in the questions' order.
    fn ask(
        &self,
        questions: &[Self::Question],
    ) -> impl Future<Output = Result<Vec<Self::Answer>, StoreError>> + Send;
}

type Asked<B> = (
    <B as Batch>::Question,
    oneshot::Sender<Result<<B as Batch>::Answer, StoreError>>,
);

/// Gathers questions while statements are in progress, and sends what has gathered as the next one.
///
/// A question waits in the queue until a statement is made of all that is there, and it is made before it is sent: so no
/// question is ever answered by a statement that started before it was asked.
pub(super) struct Coalescer<B: Batch> {
    queue: mpsc::UnboundedSender<Asked<B>>,
    /// Ends with this.
    _workers: JoinSet<()>,
}

impl<B: Batch> Coalescer<B> {
    /// Answers with at most `in_progress` statements at a time.
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

    /// The answer of a statement that starts after this call.
    pub(super) async fn ask(&self, question: B::Question) -> Result<B::Answer, StoreError> {
        let gone = || StoreError::Unavailable("the task that asks has ended".to_owned());
        let (sender, answer) = oneshot::channel();
        self.queue.send((question, sender)).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

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
                    // An error says that nobody waits any more.
                    let _ = sender.send(Ok(answer));
                }
            }
            // The database refused the statement: one question may have spoilt it for the others.
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

/// Waits for questions, and takes all that there are; gives how many.
async fn gather<T>(queue: &mut mpsc::UnboundedReceiver<T>, asked: &mut Vec<T>) -> usize {
    if queue.recv_many(asked, MOST).await > 0 {
        // Whoever can ask now, asks first: requests that came together are answered together.
        yield_now().await;
        while asked.len() < MOST
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
