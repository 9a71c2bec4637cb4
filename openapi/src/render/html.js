// Shows only the changes of some classes, or with some words. Without this script the page shows all.
const changes = [...document.querySelectorAll('main article')];
const sections = [...document.querySelectorAll('main section')];

function apply() {
  const classes = chosen('class');
  const matches = matcher();
  let shown = 0;
  for (const change of changes) {
    const fits = classes.has(change.className) && matches(change);
    change.hidden = !fits;
    if (fits) shown += 1;
  }
  for (const section of sections) section.hidden = shown < changes.length && !section.querySelector('article:not([hidden])');
  count(shown, changes.length, 'changes');
}

function showAll() {
  reset();
  apply();
}

listen(apply, showAll);
// A link to a group that the filters hide shows it again.
addEventListener('click', event => {
  const link = event.target.closest('nav a[href^="#"]');
  const target = link && document.getElementById(link.getAttribute('href').slice(1));
  if (target && target.hidden) showAll();
});

filters.hidden = false;
apply();
