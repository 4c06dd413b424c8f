//go:build browser

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/coder/websocket"
)

const (
	benchJoins  = 20               // of each page, of which the median counts
	benchRounds = 2                // of quiet calls of each page
	benchSettle = 15 * time.Second // until the bit rate of a call has stopped rising
	benchQuiet  = 30 * time.Second // in which the processor time of a call is counted
	benchTicks  = 100              // a second, of the times in /proc (proc(5), USER_HZ)
)

// benchScript asks little of the camera, and notes when Join is pressed and when
// the first frame of another is shown, and where.
const benchScript = `(() => {
  moimTest.picture = { width: 640, height: 360, frameRate: 15 };
  let pressed = 0, shown = 0, picture = null, come;
  const came = new Promise((resolve) => { come = resolve; });
  const follow = ({ target: video }) => video.requestVideoFrameCallback?.((_, { presentationTime, rtpTimestamp }) => {
    if (rtpTimestamp === undefined) follow({ target: video }); // a frame of the own camera
    else if (!picture) [shown, picture] = [presentationTime, video], come();
  });
  addEventListener('loadstart', follow, true);
  addEventListener('loadedmetadata', follow, true);
  addEventListener('click', ({ timeStamp }) => { pressed ||= timeStamp; }, true);
  window.moimBench = () => came.then(() => ({
    took: shown - pressed, frames: picture.getVideoPlaybackQuality().totalVideoFrames, width: picture.videoWidth,
  }));
})();`

// Nothing asks for the accessible tree of a page that is measured: most people
// have none, and a browser that keeps one works more.
const (
	benchJoining = `(() => {
  const name = document.querySelector('input[name="name"]');
  if (name) name.value = 'Somebody';
  document.querySelector('[type="submit"], body > button').click();
})()`
	benchIn = `document.querySelector('.call, body > button')?.textContent.includes('Leave') ?? false`
)

// barePage is the least that two people can call each other with and see
// themselves. Who comes offers a connection to whoever is there.
const barePage = `<!doctype html><title>Bare</title><link rel="icon" href="data:,">
<style>body { margin: 0 } video { display: block; width: 100vw; height: 90vh } video + video { position: fixed; right: 0; top: 0; width: 15rem; height: auto }</style>
<video autoplay></video><video autoplay muted></video><button>Join</button>
<script type="module">
const own = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
const button = document.querySelector('button');
document.querySelector('video + video').srcObject = own;
let socket, pc;
const send = (message) => socket.send(JSON.stringify(message));
async function take({ come, gone, description, candidate }) {
  const first = come || description?.type === 'offer';
  if (gone || first) pc?.close();
  if (first) {
    pc = new RTCPeerConnection();
    for (const track of own.getTracks()) pc.addTrack(track, own);
    pc.onicecandidate = ({ candidate }) => candidate && send({ candidate });
    pc.ontrack = ({ streams }) => { document.querySelector('video').srcObject = streams[0]; };
  }
  if (description) await pc.setRemoteDescription(description);
  if (first) await pc.setLocalDescription().then(() => send({ description: pc.localDescription }));
  if (candidate) await pc.addIceCandidate(candidate);
}
button.onclick = () => {
  let taken = Promise.resolve();
  socket = new WebSocket('ws://' + location.host + '/ws');
  socket.onopen = () => { button.textContent = 'Leave'; taken = take({ come: true }); };
  socket.onmessage = ({ data }) => { taken = taken.then(() => take(JSON.parse(data))); };
};
</script>`

// bareRelay passes what one page says to all others.
func bareRelay() http.HandlerFunc {
	var pages sync.Map
	return func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer ws.CloseNow()
		pages.Store(ws, true)
		for err == nil {
			var text []byte
			if _, text, err = ws.Read(r.Context()); err != nil {
				pages.Delete(ws)
				text = []byte(`{"gone":true}`)
			}
			pages.Range(func(page, _ any) bool {
				if other, ok := page.(*websocket.Conn); ok && other != ws {
					other.Write(context.WithoutCancel(r.Context()), websocket.MessageText, text)
				}
				return true
			})
		}
	}
}

// benched is a page that is measured.
type benched struct {
	name, path string
	*site
}

// benchedPages are the page of the program and the bare one.
func benchedPages(t *testing.T) []benched {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/ws", bareRelay())
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, barePage) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return []benched{
		{"moim", "/r/tea", startSite(t, "--limit-joins=1000:100000")},
		{"bare", "/", &site{program: &program{t: t, url: server.URL}}},
	}
}

// enters has somebody new join, with devices that were on before; who stays
// for others is in the room then.
func (b benched) enters(t *testing.T, c *chromium, name string, stays bool) *person {
	t.Helper()
	p := c.person(t, b.site, name, look{})
	p.prepares(benchScript)
	p.open(b.path)
	p.holds(1, 1)
	p.unobserved()
	lasts(p.t, time.Second) // in which people look at themselves
	p.eval(benchJoining)
	if stays {
		p.eventually("is in", func(ctx context.Context) error {
			in, err := chromedp.Run(ctx, chromedp.Evaluate[bool](benchIn))
			if err == nil && !in {
				err = errors.New("is not")
			}
			return err
		})
	}
	return p
}

// unobserved has the browser tell nothing of the page's elements and network,
// which takes it time that no person's browser needs.
func (p *person) unobserved() {
	p.t.Helper()
	do(p, css.Disable, cdp.Empty{})
	do(p, dom.Disable, cdp.Empty{})
	do(p, network.Disable, cdp.Empty{})
}

// shown is what a page was shown of the other so far.
type shown struct {
	Took          float64 // from the press to the first frame, in milliseconds
	Frames, Width int
}

// shown waits until the person is shown somebody.
func (p *person) shown() shown {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	s, err := chromedp.Run(ctx, chromedp.Evaluate[shown]("moimBench()", chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s is shown nobody: %v", p.name, err)
	}
	return s
}

// TestBenchPage compares the page of the program with a bare one, and tells
// the ratios; it judges none of them.
func TestBenchPage(t *testing.T) {
	if os.Getenv("MOIM_BENCH") == "" {
		t.Skip("MOIM_BENCH is not set")
	}
	t.Run("join", benchJoin)
	t.Run("quiet call", benchQuietCall)
}

func benchJoin(t *testing.T) {
	c, pages := startChromium(t, nil), benchedPages(t)
	residents := []*person{pages[0].enters(t, c, "Mina", true), pages[1].enters(t, c, "Mina", true)}
	took := map[string][]float64{}
	for range benchJoins {
		for i, page := range pages {
			jonas := page.enters(t, c, "Jonas", false)
			took[page.name] = append(took[page.name], jonas.shown().Took)
			jonas.close()
			residents[i].connects(0)
		}
	}
	logRatio(t, "Join to first frame, ms", took)
}

// logRatio tells the medians of both pages.
func logRatio(t *testing.T, what string, of map[string][]float64) {
	t.Helper()
	median := map[string]float64{}
	for name, values := range of {
		slices.Sort(values)
		median[name] = (values[(len(values)-1)/2] + values[len(values)/2]) / 2
	}
	t.Logf("%-26s moim %6.1f   bare %6.1f   ratio %5.2f", what, median["moim"], median["bare"], median["moim"]/median["bare"])
}

func benchQuietCall(t *testing.T) {
	cpu, rate := map[string][]float64{}, map[string][]float64{}
	for range benchRounds {
		for i, name := range []string{"moim", "bare"} {
			t.Run(name, func(t *testing.T) {
				seconds, frames := benchOneCall(t, benchedPages(t)[i])
				cpu[name] = append(cpu[name], 100*seconds/benchQuiet.Seconds())
				rate[name] = append(rate[name], float64(frames)/2/benchQuiet.Seconds())
			})
		}
	}
	if !t.Failed() {
		logRatio(t, "quiet call, % of a core", cpu)
		logRatio(t, "frames a second, to each", rate)
	}
}

// benchOneCall has two call each other in a browser of its own, and answers
// what it takes in seconds of processor time, and how many frames both got.
func benchOneCall(t *testing.T, page benched) (cpu float64, frames int) {
	t.Helper()
	c := startChromium(t, nil)
	root := strconv.Itoa(chromedp.FromContext(c.ctx).Browser.Process().Pid)
	mina, jonas := page.enters(t, c, "Mina", true), page.enters(t, c, "Jonas", false)
	<-time.After(benchSettle)
	frames, cpu = -mina.shown().Frames-jonas.shown().Frames, -cpuOf(root)
	<-time.After(benchQuiet)
	cpu += cpuOf(root)
	atMina, atJonas := mina.shown(), jonas.shown()
	t.Logf("%.1f s of CPU; pictures are %d and %d pixels wide", cpu, atMina.Width, atJonas.Width)
	return cpu, frames + atMina.Frames + atJonas.Frames
}

// cpuOf is the processor time that a process and all under it have used, in
// seconds (proc(5), /proc/PID/stat).
func cpuOf(pid string) (seconds float64) {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0 // it has ended, which its parent's time holds
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	for _, field := range fields[11:15] { // its own and its ended children's, user and system
		ticks, _ := strconv.ParseFloat(field, 64)
		seconds += ticks / benchTicks
	}
	threads, _ := filepath.Glob("/proc/" + pid + "/task/*/children")
	for _, thread := range threads {
		children, _ := os.ReadFile(thread)
		for child := range strings.FieldsSeq(string(children)) {
			seconds += cpuOf(child)
		}
	}
	return seconds
}
