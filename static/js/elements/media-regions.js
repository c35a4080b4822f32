const GRACE = 300; // ms by which a better choice may be later than the first that answers
const LONG = 4000; // ms; what has not answered by then is out
const PAUSES = [0, 1, 3, 6]; // seconds before each round, while nobody answers
const MOST = 6; // failures without a second played
const NOT_DECODED = 3; // MediaError: other copies are the same bytes
const searches = new WeakMap();

const pause = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });

/** The best of the choices that answer at about the same time as the first; null if none does. */
const reachable = async (choices) => {
  const signal = AbortSignal.timeout(LONG);
  const answers = choices.map(async (choice) => {
    const answer = await fetch(choice.check, { cache: "no-store", credentials: "omit", signal });
    if (!answer.ok) throw new Error(`${choice.region}: ${answer.status}`);
    return choice;
  });
  const late = Promise.any(answers).then(() => pause(GRACE), () => null);
  for (const answer of answers.map((one) => Promise.race([one.catch(() => null), late]))) {
    const found = await answer;
    if (found) return found;
  }
  return null;
};

/** The server's choices, best first; null if it cannot be asked now. Throws if it refuses. */
const ask = async (address, without) => {
  const url = new URL(address, location.href);
  for (const region of without) url.searchParams.append("not", region);
  const answer = await fetch(url, { signal: AbortSignal.timeout(LONG) }).catch(() => null);
  if (answer && answer.status < 500 && !answer.ok) throw new Error(`${answer.status}`);
  return answer?.ok ? (await answer.json()).choices : null;
};

/** Somewhere else at the same second; nothing if meanwhile it plays, pauses or is sought by itself. */
const goOn = async (player, search, patient) => {
  const { media } = player;
  const at = media.currentTime;
  for (const seconds of PAUSES) {
    await pause(1000 * seconds);
    const choices = await ask(player.dataset.again, search.without);
    const found = choices && (await reachable(choices));
    if (!media.error && (media.paused || media.currentTime !== at)) return;
    if (found) {
      if (!media.readyState) search.region ||= choices[0].region; // nothing is old here yet: our links lead there
      for (const { region } of choices.slice(0, choices.indexOf(found))) search.without.add(region);
      // Chromium hangs with its data at hand when it was refused more; when that runs out, the line may be slow.
      if (patient && found.region === search.region && !media.error && media.readyState < 3) return player.waitOn();
      Object.assign(search, { region: found.region, moved: true });
      player.replaceSources(found.sources);
      return;
    }
  }
  search.over = true;
  player.giveUp();
};

/** A <media-player data-again="…/playback.json"> that fails or falls silent goes on from the next region that is there. */
addEventListener("masthead:error", (event) => {
  const { target: player, detail } = event;
  const { again } = player.dataset;
  if (!again || !navigator.onLine || detail.before >= MOST || player.media.error?.code === NOT_DECODED) return;
  const search = searches.get(player) ?? { without: new Set() };
  searches.set(player, search);
  if (!detail.before) search.over = search.moved = false;
  if (search.over) return;
  event.preventDefault();
  if (search.busy) return;
  if (search.moved) search.without.add(search.region); // it answered, and yet nothing plays
  search.busy = true;
  goOn(player, search, !detail.before)
    .catch(() => player.giveUp())
    .finally(() => { search.busy = false; });
});
