//go:build browser

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

var (
	checkDialog = &in{role: "dialog", name: "Check connection"}
	checkRows   = &in{role: "list", name: "What was checked", of: checkDialog}
	mirror      = &in{role: "region", name: "Your picture, a second later", of: checkDialog}
)

// firstPicture notes in firstPacketAfter how long after the connection the
// first packet of a picture has come over it, in milliseconds.
const firstPicture = `
	window.RTCPeerConnection = class extends RTCPeerConnection {
		constructor(...args) {
			super(...args);
			let connected = 0;
			this.addEventListener('connectionstatechange', () => {
				if (this.connectionState === 'connected') connected = performance.now();
			});
			this.addEventListener('track', ({ track }) => track.addEventListener('unmute', () => {
				if (track.kind === 'video') window.firstPacketAfter ??= performance.now() - connected;
			}));
		}
	};`

// browserCheck has all there is tried at the door, and then goes in.
func browserCheck(t *testing.T, c *chromium) {
	s := startSite(t, "--turn=127.0.0.1:0")
	mina := c.person(t, s, "Mina", look{})
	mina.prepares(firstPicture)
	mina.open("/r/tea")
	mina.fills("Your name", "Mina")
	mina.holds(1, 1)
	mina.presses(kb.Tab + kb.Tab + kb.Enter)
	mina.reads("status", "", "You can talk to everyone.")
	mina.ticks("Microphone", "Camera", "Signaling", "Direct UDP", "Relay over UDP", "Relay over TCP")
	mina.readsIn(checkRows, "This server offers no relay over TLS.")
	mina.asksNoOther()

	mina.comesBack(false)
	after, err := strconv.ParseFloat(mina.eval("window.firstPacketAfter"), 64)
	if err != nil || after < 700 || after > 5000 {
		t.Errorf("the picture came back %v ms after the connection (%v), want about 1000", after, err)
	}
	mina.readsIn(mirror, "Direct")
	mina.readsIn(mirror, "bit/s in")
	mina.clicks("button", "Hear yourself")
	mina.comesBack(true)
	mina.clicks("button", "Stop hearing yourself")
	mina.sees("button", "Hear yourself")
	mina.clicks("button", "Check again")
	mina.reads("status", "", "You can talk to everyone.")

	mina.presses(kb.Escape)
	mina.misses("dialog", "Check connection")
	mina.connects(0)
	mina.holds(1, 1)
	if at := mina.eval("document.activeElement.textContent"); at != "Check connection" {
		t.Errorf("after the test the keyboard is at %q", at)
	}
	mina.clicks("button", "Join")
	mina.sees("button", "Leave")
}

// browserCheckHasty closes the test and opens it again before the page has
// been told that it was closed, and presses the button twice.
func browserCheckHasty(t *testing.T, c *chromium) {
	mina := c.person(t, startSite(t, "--turn=127.0.0.1:0"), "Mina", look{})
	mina.expect("WebSocket is closed before the connection is established") // of the test that was closed
	mina.checksConnection()
	mina.eval(`(() => {
		const button = [...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Check connection');
		document.querySelector('dialog.check').close();
		button.click();
		button.click();
	})()`)
	mina.reads("status", "", "You can talk to everyone.")
	mina.comesBack(false)
}

// browserCheckSecure has a server that offers everything.
func browserCheckSecure(t *testing.T, _ *chromium) {
	trusting := startChromium(t, map[string]any{"ignore-certificate-errors": true})
	s := startSite(t, "--turn=127.0.0.1:0", "--self-signed", "--tls=127.0.0.1:0")
	s.url = s.secure
	mina := trusting.person(t, s, "Mina", look{})
	mina.checksConnection()
	mina.reads("status", "", "You can talk to everyone.")
	mina.ticks("Microphone", "Camera", "Signaling", "Direct UDP", "Relay over UDP", "Relay over TCP", "Relay over TLS")
	mina.comesBack(false)
}

// browserCheckFinds has servers, networks and devices that lack something.
func browserCheckFinds(t *testing.T, c *chromium) {
	t.Run("no relay", func(t *testing.T) {
		mina := c.person(t, startSite(t), "Mina", look{})
		mina.checksConnection()
		mina.reads("status", "", "You can talk to most people.")
		mina.readsIn(checkRows, "This server runs no relay.")
		mina.ticks("Direct UDP", "Signaling")
	})
	t.Run("no microphone", func(t *testing.T) {
		mina := c.person(t, startSite(t, "--turn=127.0.0.1:0"), "Mina", look{deaf: true})
		mina.checksConnection()
		mina.reads("status", "", "You can talk to everyone. But others will not hear you.")
		mina.readsIn(checkRows, "No microphone was found.")
		mina.has("button", "Hear yourself", "disabled", "true")
	})
	t.Run("no server", func(t *testing.T) {
		mina := c.person(t, startSite(t), "Mina", look{})
		mina.prepares(`const { fetch } = window; window.fetch = (url, ...rest) => (
			String(url).includes('/api/check') ? Promise.reject(new TypeError()) : fetch(url, ...rest))`)
		mina.checksConnection()
		mina.readsIn(checkRows, "The server did not answer the test.")
		mina.readsIn(mirror, "Your picture and sound did not come back.")
	})
	t.Run("no WebSocket", func(t *testing.T) {
		mina := c.person(t, startSite(t), "Mina", look{})
		mina.prepares(`window.WebSocket = class { constructor() { queueMicrotask(() => this.onclose({ code: 1006 })); } close() {} }`)
		mina.checksConnection()
		mina.reads("status", "", "You cannot join from this network.")
		mina.readsIn(checkRows, "its live connection (WebSocket) is refused")
	})
	t.Run("no UDP", func(t *testing.T) {
		mina := c.person(t, startSite(t, "--turn=127.0.0.1:0"), "Mina", look{})
		mina.prepares(withoutUDP)
		mina.checksConnection()
		mina.reads("status", "", "You can talk to everyone, but picture and sound may stutter.")
		mina.readsIn(checkRows, "Your network blocks UDP. Calls work, but may stutter.")
		mina.ticks("Relay over TCP")
		mina.keeps("check-no-udp")
	})
	t.Run("in Korean", func(t *testing.T) {
		mina := c.person(t, startSite(t, "--turn=127.0.0.1:0"), "Mina", look{language: "ko"})
		mina.open("/r/tea")
		mina.clicks("button", "연결 확인")
		mina.reads("status", "", "누구와도 통화할 수 있습니다.")
		mina.seesIn(&in{role: "dialog", name: "연결 확인"}, "button", "내 소리 듣기")
		for _, row := range []string{"마이크\n정상", "시그널링\n정상", "UDP 중계\n정상"} {
			mina.reads("list", "확인한 항목", row)
		}
		mina.keeps("check-korean")
	})
}

// withoutUDP keeps every packet over UDP from reaching its end: only relays
// over TCP are asked, and no address of the other side is known.
const withoutUDP = `
	window.RTCPeerConnection = class extends RTCPeerConnection {
		#relayed;
		constructor({ iceServers = [], ...rest } = {}) {
			const servers = iceServers.map(({ urls, ...server }) => ({
				...server, urls: [urls].flat().map((url) => url.replace(/:\d+\?transport=udp/, ':9?transport=udp')),
			}));
			super({ ...rest, iceServers: servers });
			this.#relayed = servers.some(({ urls }) => urls.some((url) => url.endsWith('=tcp')));
		}
		setRemoteDescription({ type, sdp }) {
			return super.setRemoteDescription({ type, sdp: this.#relayed ? sdp : sdp.replace(/^a=candidate.*\r\n/gm, '') });
		}
	};`

// browserCheckLayout sees that the test stands in every window as it should.
func browserCheckLayout(t *testing.T, c *chromium) {
	mina := c.person(t, startSite(t, "--turn=127.0.0.1:0"), "Mina", look{})
	mina.checksConnection()
	mina.reads("status", "", "You can talk to everyone.")
	mina.comesBack(false)
	for _, l := range append([]look{{width: 320, height: 480, phone: true}}, looks...) {
		mina.wear(l)
		mina.eventually(fmt.Sprintf("fits into %dx%d", l.width, l.height), func(ctx context.Context) error {
			dialog, err := mina.one(ctx, nil, checkDialog.role, checkDialog.name)
			if err != nil {
				return err
			}
			wrong, err := call[string](ctx, dialog, `function () {
				const { left, right, top, bottom } = this.getBoundingClientRect();
				if (left < 0 || top < 0 || right > innerWidth || bottom > innerHeight) return 'it is larger than the window';
				if (this.scrollWidth > this.clientWidth) return 'it scrolls sideways';
				const low = [...this.querySelectorAll('button')].find((b) => b.getBoundingClientRect().height < 44);
				return low ? low.textContent + ' is too small' : '';
			}`)
			if err == nil && wrong != "" {
				err = errors.New(wrong)
			}
			return err
		})
		mina.keeps(fmt.Sprintf("check-%dx%d-dark-%v", l.width, l.height, l.dark))
	}
}

// keeps stores a picture, where they are wanted.
func (p *person) keeps(name string) {
	p.t.Helper()
	folder := os.Getenv(screenshotFolder)
	if folder == "" {
		return
	}
	if err := p.picture(filepath.Join(folder, name+".png")); err != nil {
		p.t.Error(err)
	}
}

// checksConnection opens the test at a door.
func (p *person) checksConnection() {
	p.t.Helper()
	p.open("/r/tea")
	p.clicks("button", "Check connection")
	p.sees(checkDialog.role, checkDialog.name)
}

// ticks waits until the test says that each of these works.
func (p *person) ticks(rows ...string) {
	p.t.Helper()
	p.eventually("finds that all work", func(ctx context.Context) error {
		text, err := p.text(ctx, checkRows)
		for _, row := range rows {
			if err == nil && !strings.Contains(text, row+"\nWorks") {
				err = fmt.Errorf("%s does not: %q", row, text)
			}
		}
		return err
	})
}

// comesBack waits until a new picture and new sound have come back from the
// server, which is heard or not.
func (p *person) comesBack(heard bool) {
	p.t.Helper()
	var first *media
	p.eventually("sees themselves", func(ctx context.Context) error {
		screen, err := p.one(ctx, mirror.of, mirror.role, mirror.name)
		if err != nil {
			return err
		}
		now, err := call[media](ctx, screen, `function () { return moimTest.media(this); }`)
		if err != nil {
			return err
		}
		if first == nil {
			first = &now
		}
		seen := now.Frames >= first.Frames+5 && now.Width > 0 && now.Showing
		sounds := now.Energy > first.Energy+beep // a muted player has none
		if seen && now.Playing == heard && sounds == heard && now.Seconds > first.Seconds+1 {
			return nil
		}
		return fmt.Errorf("there is %+v, at first %+v", now, *first)
	})
}
