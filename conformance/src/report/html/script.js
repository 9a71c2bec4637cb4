// The page's interaction: filters, links to cases, and buttons that copy curl commands.
const cases = [...document.querySelectorAll('.case')];
const areas = [...document.querySelectorAll('.area')];
const open = document.getElementById('open');

// The selected cell of the matrix: its key, and its name as text. Only cases with such a response are shown.
let cell = null;

function apply() {
  const verdicts = chosen('verdict');
  const levels = chosen('level');
  const matches = matcher();
  let shown = 0;
  for (const one of cases) {
    const fits = verdicts.has(one.dataset.verdict)
      && levels.has(one.dataset.level)
      && (cell === null || one.dataset.cells.split(' ').includes(cell.key))
      && matches(one);
    one.hidden = !fits;
    if (fits) shown += 1;
  }
  for (const area of areas) area.hidden = !area.querySelector('.case:not([hidden])');
  count(shown, cases.length, 'cases');
  if (cell !== null) found.textContent += `, with ${cell.name}`;
  open.disabled = shown === 0;
  label();
}

function label() {
  const closed = cases.some(one => !one.hidden && !one.firstElementChild.open);
  open.textContent = closed ? 'Open all shown' : 'Close all shown';
}

function showAll() {
  reset();
  cell = null;
  apply();
}

// Scrolls to the case that the address names, and resets the filters if they hide it.
function land() {
  let id;
  try {
    id = decodeURIComponent(location.hash.slice(1));
  } catch {
    return;
  }
  for (const one of document.querySelectorAll('.case.target')) one.classList.remove('target');
  const one = id && document.getElementById(id);
  if (!one) return;
  if (one.classList.contains('case')) {
    if (one.hidden) showAll();
    one.classList.add('target');
    one.firstElementChild.open = true;
    one.querySelector('summary').focus({ preventScroll: true });
    one.scrollIntoView({ behavior: 'instant', block: 'start' });
    apply();
  }
}

listen(apply, showAll);
open.addEventListener('click', () => {
  const visible = cases.filter(one => !one.hidden);
  const opening = visible.some(one => !one.firstElementChild.open);
  for (const one of visible) one.firstElementChild.open = opening;
  apply();
});
for (const button of document.querySelectorAll('.matrix button')) {
  button.disabled = false;
  button.addEventListener('click', () => {
    showAll();
    cell = { key: button.dataset.cell, name: button.dataset.name };
    apply();
    found.scrollIntoView({ block: 'center' });
    found.focus({ preventScroll: true });
  });
}
for (const button of document.querySelectorAll('.copy')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    const text = document.getElementById(button.dataset.copies).textContent;
    let copied = false;
    try {
      await navigator.clipboard.writeText(text);
      copied = true;
    } catch {
      getSelection().selectAllChildren(document.getElementById(button.dataset.copies));
    }
    button.textContent = copied ? 'Copied' : 'Selected';
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });
}
addEventListener('hashchange', land);
// A click on a link to the current address does not fire `hashchange`.
addEventListener('click', event => {
  const link = event.target.closest('a[href^="#"]');
  if (link && link.getAttribute('href') === location.hash) {
    event.preventDefault();
    land();
  }
});
document.addEventListener('toggle', event => {
  if (event.target.parentElement?.classList.contains('case')) label();
}, true);

filters.hidden = false;
document.getElementById('tools').hidden = false;
apply();
land();
// While the page loads, the browser scrolls to the address too, and removes the focus.
addEventListener('load', () => setTimeout(land));
