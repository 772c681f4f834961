/// The page that draws a running pipeline. It loads nothing but `/status`, once a second.
enum StatusPage {
    static let text = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Connect</title>
        <style>\(style)</style>
        </head>
        <body>
        <header>
          <h1 id="pipeline">…</h1>
          <span id="phase" class="badge">connecting</span>
          <span id="ready" class="badge"></span>
          <span id="elapsed"></span>
        </header>
        <form id="login" hidden>
          <label>Token <input id="token" type="password" autocomplete="off"></label>
          <button>Show</button>
        </form>
        <p id="stall" class="stall" role="alert" hidden></p>
        <div id="progress" class="progress" hidden><div id="bar"></div><span id="left"></span></div>
        <main id="graph" aria-label="the pipeline"></main>
        <dl id="facts"></dl>
        <noscript>This page draws the numbers of <a href="/status">/status</a> with JavaScript.</noscript>
        <script>\(script)</script>
        </body>
        </html>

        """

    private static let style = """
        :root { color-scheme: light dark; --line: #8888; --good: #2a8a4a; --bad: #c33; --warm: #d98200; }
        body { font: 15px/1.4 system-ui, sans-serif; margin: 1.5rem; }
        header { display: flex; gap: .8rem; align-items: baseline; flex-wrap: wrap; }
        h1 { font-size: 1.4rem; margin: 0; }
        .badge { border: 1px solid var(--line); border-radius: 1rem; padding: 0 .6rem; }
        .badge.good { color: #fff; background: var(--good); border-color: var(--good); }
        .badge.bad { color: #fff; background: var(--bad); border-color: var(--bad); }
        .stall { border-left: 4px solid var(--bad); padding: .4rem .8rem; }
        .progress { position: relative; height: 1.4rem; border: 1px solid var(--line); margin: 1rem 0; }
        .progress div { height: 100%; background: var(--good); opacity: .45; width: 0; }
        .progress span { position: absolute; left: .5rem; top: 0; }
        main { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem; margin: 1.5rem 0; }
        .segment { display: flex; align-items: center; gap: .4rem; border: 1px dashed var(--line); padding: 1.4rem .6rem .6rem;
                   border-radius: .5rem; position: relative; }
        .segment > .load { position: absolute; top: .1rem; left: .6rem; font-size: .75rem; opacity: .8; }
        .stage { border: 2px solid var(--line); border-radius: .4rem; padding: .4rem .6rem; min-width: 9rem; }
        .stage.pacing { border-color: var(--warm); }
        .stage.holds { border-color: var(--bad); box-shadow: 0 0 0 2px var(--bad); }
        .stage b { display: block; }
        .stage .type, .stage .mark { font-size: .75rem; opacity: .8; }
        .stage .rate { font-variant-numeric: tabular-nums; display: block; font-size: 1.1rem; }
        .stage svg { width: 9rem; height: 1.6rem; display: block; }
        .stage polyline { fill: none; stroke: currentColor; stroke-width: 1.5; opacity: .7; }
        .arrow { text-align: center; font-size: .75rem; min-width: 3.2rem; font-variant-numeric: tabular-nums; }
        .arrow::after { content: "⟶"; display: block; font-size: 1.4rem; line-height: 1; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; font-variant-numeric: tabular-nums; }
        dt { opacity: .7; } dd { margin: 0; }
        """

    private static let script = """
        'use strict';
        const byId = id => document.getElementById(id);
        const history = new Map();
        let token = null;
        const short = (n, unit = '') => {
          const steps = [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']];
          const step = steps.find(s => n >= s[0]);
          return (step ? (n / step[0]).toPrecision(3) + ' ' + step[1] : Math.round(n * 10) / 10 + (unit ? ' ' : '')) + unit;
        };
        const time = s => s < 60 ? s.toFixed(1) + ' s'
          : [Math.floor(s / 3600), Math.floor(s / 60) % 60, Math.floor(s) % 60].map(n => String(n).padStart(2, '0')).join(':');
        const make = (tag, kind, text) => {
          const node = document.createElement(tag);
          if (kind) node.className = kind;
          if (text !== undefined) node.textContent = text;
          return node;
        };
        const curve = (name, rate) => {
          const points = history.get(name) || [];
          points.push(rate);
          if (points.length > 60) points.shift();
          history.set(name, points);
          const most = Math.max(...points, 1e-9) * 1.1;
          const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
          svg.setAttribute('viewBox', '0 0 60 20');
          svg.setAttribute('preserveAspectRatio', 'none');
          const line = document.createElementNS('http://www.w3.org/2000/svg', 'polyline');
          line.setAttribute('points', points.map((p, i) => (60 - points.length + i) + ',' + (19 - 18 * p / most)).join(' '));
          svg.append(line);
          return svg;
        };
        const box = (stage, status) => {
          const holds = status.stall && status.stall.stage === stage.name;
          const pacing = !status.stall && status.phase === 'running' && status.pacingSegment === stage.segment;
          const node = make('div', 'stage' + (holds ? ' holds' : pacing ? ' pacing' : ''));
          const rate = stage.kind === 'sink' ? stage.sentPerSecond : stage.receivedPerSecond;
          const bytes = stage.kind === 'sink' ? stage.sentBytesPerSecond : stage.receivedBytesPerSecond;
          node.dataset.stage = stage.name;
          node.dataset.rate = rate;
          node.append(make('b', '', stage.name), make('span', 'type', stage.type), make('span', 'rate', short(rate, '/s')));
          node.append(make('span', 'type', short(bytes, 'B/s') + ' · ' + short(stage.received) + ' in, ' + short(stage.sent)
            + ' out' + (stage.errors ? ' · ' + stage.errors + ' errors' : '')));
          node.append(curve(stage.name, rate));
          node.append(make('span', 'mark', holds ? 'holds the line' : pacing ? 'sets the pace' : ''));
          return node;
        };
        const draw = status => {
          document.title = status.pipeline + ' · ' + status.phase;
          byId('pipeline').textContent = status.pipeline;
          byId('phase').textContent = status.phase;
          byId('ready').textContent = status.ready ? 'ready' : 'not ready';
          byId('ready').className = 'badge ' + (status.ready ? 'good' : 'bad');
          byId('elapsed').textContent = time(status.elapsedSeconds);
          byId('stall').hidden = !status.stall;
          if (status.stall) byId('stall').textContent = 'Nothing has been committed for ' + time(status.stall.ageSeconds)
            + ': stage "' + status.stall.stage + '" holds the line' + (status.stall.position ? ' at ' + status.stall.position : '')
            + ': ' + status.stall.reason;
          byId('progress').hidden = !status.progress || !status.bounded;
          if (status.progress && status.bounded) {
            const part = status.progress.total ? Math.min(1, status.progress.done / status.progress.total) : 1;
            byId('bar').style.width = 100 * part + '%';
            byId('left').textContent = (100 * part).toFixed(1) + ' %'
              + (status.progress.secondsLeft === null ? '' : ' · ' + time(status.progress.secondsLeft) + ' left');
          }
          const graph = byId('graph');
          graph.replaceChildren();
          status.segments.forEach((segment, place) => {
            const stages = status.stages.filter(stage => stage.segment === segment.number);
            if (!stages.length) return;
            const group = make('div', 'segment');
            group.append(make('span', 'load', segment.threads + (segment.threads > 1 ? ' threads, ' : ' thread, ')
              + Math.round(100 * segment.utilization) + ' % busy'));
            if (place) {
              const before = status.stages[status.stages.indexOf(stages[0]) - 1];
              const fill = segment.buffer ? ' of ' + short(segment.buffer) : '';
              const arrow = make('div', 'arrow', before ? short(before.sentPerSecond, '/s') : '');
              arrow.append(make('div', '', short(segment.waiting) + fill + ' waiting'));
              graph.append(arrow);
            }
            stages.forEach((stage, index) => {
              if (index) group.append(make('div', 'arrow', short(stages[index - 1].sentPerSecond, '/s')));
              group.append(box(stage, status));
            });
            graph.append(group);
          });
          const facts = [
            ['under way', status.batchesUnderWay + ' batches'],
            ...(status.progress && !status.bounded ? [['behind', short(Math.max(0, status.progress.total - status.progress.done))]] : []),
            ...(status.lagSeconds === null ? [] : [['lag', time(Math.max(0, status.lagSeconds))]]),
            ['oldest', status.oldestPosition === null ? '–' : status.oldestPosition + ', ' + time(status.oldestAgeSeconds)],
            ['commits', status.commits + (status.failedCommits ? ', ' + status.failedCommits + ' failed' : '')],
            ['last commit', status.lastCommit === null ? '–' : new Date(status.lastCommit * 1000).toISOString()],
            ['committed', status.committed.join(', ') || '–'],
            ['plan', status.plan],
          ];
          byId('facts').replaceChildren(...facts.flatMap(([name, value]) => [make('dt', '', name), make('dd', '', value)]));
        };
        const look = async () => {
          try {
            const answer = await fetch('/status', token ? { headers: { Authorization: 'Bearer ' + token } } : {});
            byId('login').hidden = answer.status !== 401;
            if (answer.status === 401) return;
            draw(await answer.json());
          } catch {
            byId('phase').textContent = 'gone';
            byId('ready').textContent = 'not ready';
            byId('ready').className = 'badge bad';
          }
        };
        byId('login').addEventListener('submit', event => { event.preventDefault(); token = byId('token').value; look(); });
        look();
        setInterval(look, 1000);
        """
}
