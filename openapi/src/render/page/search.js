// The search box and the check boxes above a list. The script of the page comes after this one, and decides what is shown.
'use strict';

const filters = document.getElementById('filters');
const search = document.getElementById('search');
const found = document.getElementById('found');
const all = document.getElementById('all');
const boxes = [...filters.querySelectorAll('input[type=checkbox]')];

// Returns the values of the checked boxes of a name.
function chosen(name) {
  return new Set(boxes.filter(box => box.name === name && box.checked).map(box => box.value));
}

const texts = new Map();
function textOf(one) {
  if (!texts.has(one)) texts.set(one, one.textContent.toLowerCase());
  return texts.get(one);
}

// Returns whether an element has all words of the search box.
function matcher() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  return one => words.every(word => textOf(one).includes(word));
}

// Says how many are shown, and offers to show all.
function count(shown, of, what) {
  found.textContent = `${shown} of ${of} ${what} shown`;
  all.hidden = shown === of;
}

// Checks all boxes and empties the search box.
function reset() {
  for (const box of boxes) box.checked = true;
  search.value = '';
}

// Calls `apply` after each change of what is wanted, and `showAll` where all is. The key `/` leads to the search box.
function listen(apply, showAll) {
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
}

