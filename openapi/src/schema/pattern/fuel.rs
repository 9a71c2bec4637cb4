//! The budget of one comparison, in steps and not in time, so that the result is always the same.

/// The number of steps that remain.
#[derive(Debug)]
pub(super) struct Fuel(usize);

/// The error that the steps are used up.
#[derive(Debug)]
pub(super) struct OutOfFuel;

impl Fuel {
    pub(super) fn new(steps: usize) -> Self {
        Self(steps)
    }

    /// Uses up some steps.
    pub(super) fn burn(&mut self, steps: usize) -> Result<(), OutOfFuel> {
        self.0 = self.0.checked_sub(steps).ok_or(OutOfFuel)?;
        Ok(())
    }
}
