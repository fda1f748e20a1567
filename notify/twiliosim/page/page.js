// Shows the simulated phones and keeps them up to date. Texts are set as text,
// never as HTML: anyone may write anything on a phone.
'use strict';

const byId = (id) => document.getElementById(id);
const zone = document.body.dataset.zone;
const handsets = new Map(); // number -> what is on the page for it
let phones = [];
let open = new Set();

async function ask(path, options) {
  const res = await fetch(path, options);
  const answer = res.status === 204 ? null : await res.json().catch(() => null);
  if (!res.ok) throw new Error((answer && answer.error) || `The simulator answered ${res.status}.`);
  return answer;
}

const post = (path, value) =>
  ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value) });

const textsOf = (number) => `/sim/phones/${encodeURIComponent(number)}/messages`;
const callsOf = (number) => `/sim/phones/${encodeURIComponent(number)}/calls`;
const nameOf = (phone) => phone.name || phone.number;

// What was chosen is remembered in this browser, where it allows that.
function remember() {
  try { localStorage.setItem('phones', JSON.stringify([...open])); } catch { /* then not */ }
}
function remembered() {
  try { return JSON.parse(localStorage.getItem('phones')); } catch { return null; }
}

async function loadPhones() {
  phones = await ask('/sim/phones');
  const known = new Set(phones.map((p) => p.number));
  open = new Set([...open].filter((number) => known.has(number)));
  byId('choices').replaceChildren(...phones.map(choice));
  showHandsets();
}

function choice(phone) {
  const item = document.createElement('li');
  const label = document.createElement('label');
  const box = document.createElement('input');
  const words = document.createElement('span');
  const detail = document.createElement('small');
  box.type = 'checkbox';
  box.checked = open.has(phone.number);
  box.addEventListener('change', () => {
    if (box.checked) open.add(phone.number); else open.delete(phone.number);
    remember();
    showHandsets();
  });
  words.dir = 'auto';
  words.textContent = nameOf(phone);
  detail.dir = 'ltr';
  detail.textContent = [phone.role, phone.name ? phone.number : ''].filter(Boolean).join(' ');
  words.append(detail);
  label.append(box, words);
  item.append(label);
  return item;
}

function showHandsets() {
  byId('count').textContent = `(${open.size} of ${phones.length} shown)`;
  for (const [number, handset] of handsets) {
    if (!open.has(number)) { handset.element.remove(); handsets.delete(number); }
  }
  for (const phone of phones) {
    if (open.has(phone.number) && !handsets.has(phone.number)) {
      handsets.set(phone.number, makeHandset(phone));
      loadTexts(phone.number);
    }
  }
  // Only what is out of place moves, so that a half-written text keeps its cursor.
  const wanted = phones.filter((p) => open.has(p.number)).map((p) => handsets.get(p.number).element);
  wanted.forEach((element, i) => {
    if (byId('handsets').children[i] !== element) {
      byId('handsets').insertBefore(element, byId('handsets').children[i] || null);
    }
  });
}

function makeHandset(phone) {
  const element = byId('handset').content.firstElementChild.cloneNode(true);
  const find = (selector) => element.querySelector(selector);
  const input = find('input');
  const label = find('label');
  find('h2').textContent = nameOf(phone);
  find('.role').textContent = phone.role;
  find('.number').textContent = phone.number;
  input.id = `text-${phone.number.slice(1)}`;
  label.htmlFor = input.id;
  label.textContent = `Text from ${nameOf(phone)}`;
  input.placeholder = `Text as ${nameOf(phone)}`;
  find('.thread').setAttribute('aria-label', `Texts on ${nameOf(phone)}'s phone`);
  find('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    find('.error').textContent = '';
    const body = input.value;
    try {
      await post(textsOf(phone.number), { body });
      if (input.value === body) input.value = '';
    } catch (err) {
      find('.error').textContent = `Not sent, your words are kept. ${err.message}`;
    }
  });
  return { element, thread: find('.thread'), shown: null, loading: false, again: false };
}

// One fetch a phone at a time; changes meanwhile make one more.
async function loadTexts(number) {
  const handset = handsets.get(number);
  if (!handset) return;
  if (handset.loading) { handset.again = true; return; }
  handset.loading = true;
  do {
    handset.again = false;
    try { showThread(handset, ...await Promise.all([ask(textsOf(number)), ask(callsOf(number))])); } catch { offline(); }
  } while (handset.again);
  handset.loading = false;
}

function showThread(handset, texts, calls) {
  const { thread, shown } = handset;
  const all = [...texts, ...calls.map((c) => ({ ...c, call: true }))].sort((a, b) => new Date(a.at) - new Date(b.at));
  const atEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 40;
  if (all.length === 0) {
    const empty = document.createElement('li');
    empty.className = 'empty';
    empty.textContent = 'No texts yet.';
    thread.replaceChildren(empty);
  } else {
    thread.replaceChildren(...all.map((x) => (x.call ? callBubble : bubble)(x, shown && !shown.has(x.sid))));
  }
  handset.shown = new Set(all.map((x) => x.sid));
  if (atEnd || !shown) thread.scrollTop = thread.scrollHeight;
}

const outcomes = { pending: 'sending', ok: 'sent', failed: 'nobody answered', dropped: 'lost on the way', none: 'sent' };

function bubble(text, fresh) {
  const item = document.createElement('li');
  const body = document.createElement('p');
  const meta = document.createElement('p');
  item.className = fresh ? `${text.direction} new` : text.direction;
  body.dir = 'auto';
  body.append(...withLinks(text.body));
  meta.className = 'meta';
  meta.textContent = text.direction === 'out' ? `${when(text.at)}, ${outcomes[text.webhook]}` : when(text.at);
  item.append(body, meta);
  return item;
}

const callStates = {
  queued: 'about to ring', ringing: 'ringing', 'in-progress': 'talking', completed: 'over', busy: 'declined or busy', 'no-answer': 'nobody answered',
};
const answers = [
  ['Answer', { answer: 'human' }], ['Answer, press 4', { answer: 'human', digits: '4' }], ['Answer, press 6', { answer: 'human', digits: '6' }],
  ['Let a machine answer', { answer: 'machine' }], ['Decline', { answer: 'decline' }],
];

// A call rings until somebody says here how it is answered; then it shows what it said.
function callBubble(call, fresh) {
  const item = document.createElement('li');
  const meta = document.createElement('p');
  item.className = fresh ? 'in call new' : 'in call';
  const state = document.createElement('p');
  state.className = 'state';
  state.textContent = `Call: ${callStates[call.status] || call.status}`;
  item.append(state);
  for (const words of call.said) {
    const said = document.createElement('p');
    said.dir = 'auto';
    said.textContent = words;
    item.append(said);
  }
  if (call.status === 'queued' || call.status === 'ringing') item.append(...answers.map((a) => answerButton(call, item, ...a)));
  meta.className = 'meta';
  meta.textContent = call.pressed ? `${when(call.at)}, pressed ${[...call.pressed].join(', ')}` : when(call.at);
  item.append(meta);
  return item;
}

function answerButton(call, item, label, answer) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = label;
  button.addEventListener('click', async () => {
    item.querySelectorAll('button').forEach((b) => { b.disabled = true; });
    try { await post(`/sim/calls/${call.sid}`, answer); } catch { loadTexts(call.to); } // somebody else was faster
  });
  return button;
}

// As on a real phone, an address in a text can be opened.
function withLinks(words) {
  return words.split(/(https?:\/\/[^\s<>"]+)/).map((part, i) => {
    if (i % 2 === 0) return document.createTextNode(part);
    const link = document.createElement('a');
    link.href = part;
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
    link.textContent = part;
    return link;
  });
}

const dates = new Intl.DateTimeFormat('en-GB', {
  timeZone: zone, weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hour12: false,
});
const when = (at) => dates.format(new Date(at));

async function loadClock() {
  if (!byId('now')) return;
  try {
    const { now } = await ask('/sim/clock');
    byId('now').textContent = when(now);
    byId('now').dateTime = now;
  } catch { byId('now').textContent = 'does not answer'; }
}

for (const button of document.querySelectorAll('[data-clock]')) {
  button.addEventListener('click', async () => {
    const buttons = document.querySelectorAll('[data-clock]');
    buttons.forEach((b) => { b.disabled = true; });
    byId('clock-note').textContent = 'Moving the clock.';
    try {
      await post('/sim/clock', JSON.parse(button.dataset.clock));
      byId('clock-note').textContent = '';
    } catch (err) {
      byId('clock-note').textContent = `The clock did not move. ${err.message}`;
    }
    buttons.forEach((b) => { b.disabled = false; });
    button.focus();
    loadClock();
  });
}

function offline() {
  byId('link').textContent = 'The simulator does not answer. This page tries again by itself.';
}

async function start() {
  open = new Set(remembered() || []);
  try {
    if (open.size === 0) {
      const all = await ask('/sim/phones');
      const first = all.filter((p) => p.shown);
      (first.length ? first : all.slice(0, 4)).forEach((p) => open.add(p.number));
    }
    await loadPhones();
  } catch { offline(); }

  const stream = new EventSource('/sim/events');
  stream.addEventListener('hello', async () => { // also after every reconnection
    try {
      await loadPhones();
      byId('link').textContent = '';
      handsets.forEach((_, number) => loadTexts(number));
    } catch { offline(); }
    loadClock();
  });
  stream.addEventListener('phone', () => loadPhones().catch(offline));
  stream.addEventListener('text', (event) => loadTexts(JSON.parse(event.data).phone));
  stream.addEventListener('error', offline);
}

start();
setInterval(loadClock, 15000);
