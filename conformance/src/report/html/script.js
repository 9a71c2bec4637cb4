// The page's interaction: filters, links to cases, and buttons that copy curl commands.
'use strict';

const cases = [...document.querySelectorAll('.case')];
const areas = [...document.querySelectorAll('.area')];
const filters = document.getElementById('filters');
const search = document.getElementById('search');
const found = document.getElementById('found');
const all = document.getElementById('all');
const open = document.getElementById('open');
const boxes = [...filters.querySelectorAll('input[type=checkbox]')];

// The selected cell of the matrix: its key, and its name as text. Only cases with such a response are shown.
let cell = null;

const texts = new Map();
function textOf(one) {
  if (!texts.has(one)) texts.set(one, one.textContent.toLowerCase());
  return texts.get(one);
}

function chosen(name) {
  return new Set(boxes.filter(box => box.name === name && box.checked).map(box => box.value));
}

function apply() {
  const verdicts = chosen('verdict');
  const levels = chosen('level');
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const one of cases) {
    const fits = verdicts.has(one.dataset.verdict)
      && levels.has(one.dataset.level)
      && (cell === null || one.dataset.cells.split(' ').includes(cell.key))
      && words.every(word => textOf(one).includes(word));
    one.hidden = !fits;
    if (fits) shown += 1;
  }
  for (const area of areas) area.hidden = !area.querySelector('.case:not([hidden])');
  const narrowed = shown < cases.length;
  found.textContent = `${shown} of ${cases.length} cases shown` + (cell === null ? '' : `, with ${cell.name}`);
  all.hidden = !narrowed;
  open.disabled = shown === 0;
  label();
}

function label() {
  const closed = cases.some(one => !one.hidden && !one.firstElementChild.open);
  open.textContent = closed ? 'Open all shown' : 'Close all shown';
}

function showAll() {
  for (const box of boxes) box.checked = true;
  search.value = '';
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

let pending;
search.addEventListener('input', () => {
  clearTimeout(pending);
  pending = setTimeout(apply, 80);
});
for (const box of boxes) box.addEventListener('change', apply);
all.addEventListener('click', () => {
  showAll();
  search.focus();
});
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
addEventListener('keydown', event => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
  }
});
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
