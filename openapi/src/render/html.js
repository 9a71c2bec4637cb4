// Shows only the changes of some classes, or with some words. Without this script the page shows all.
'use strict';

const changes = [...document.querySelectorAll('main article')];
const sections = [...document.querySelectorAll('main section')];
const filters = document.getElementById('filters');
const search = document.getElementById('search');
const found = document.getElementById('found');
const all = document.getElementById('all');
const boxes = [...filters.querySelectorAll('input[type=checkbox]')];

const texts = new Map();
function textOf(change) {
  if (!texts.has(change)) texts.set(change, change.textContent.toLowerCase());
  return texts.get(change);
}

function apply() {
  const classes = new Set(boxes.filter(box => box.checked).map(box => box.value));
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const change of changes) {
    const fits = classes.has(change.className) && words.every(word => textOf(change).includes(word));
    change.hidden = !fits;
    if (fits) shown += 1;
  }
  for (const section of sections) section.hidden = shown < changes.length && !section.querySelector('article:not([hidden])');
  found.textContent = `${shown} of ${changes.length} changes shown`;
  all.hidden = shown === changes.length;
}

function showAll() {
  for (const box of boxes) box.checked = true;
  search.value = '';
  apply();
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
addEventListener('keydown', event => {
  const typing = document.activeElement === search;
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
  }
});
// A link to a group that the filters hide shows it again.
addEventListener('click', event => {
  const link = event.target.closest('nav a[href^="#"]');
  const target = link && document.getElementById(link.getAttribute('href').slice(1));
  if (target && target.hidden) showAll();
});

filters.hidden = false;
apply();
