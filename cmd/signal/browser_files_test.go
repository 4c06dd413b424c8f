//go:build browser

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// filesScript lets a test drop files, choose where one is saved without a
// dialog, and close the connections.
const filesScript = `(() => {
  const connections = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      connections.push(this);
    }
  };
  const digest = async (blob) => {
    const parts = [];
    for (let at = 0; at < blob.size; at += 1 << 24) {
      const bytes = await blob.slice(at, at + (1 << 24)).arrayBuffer();
      parts.push(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
    }
    return blob.size + ' ' + parts.flatMap((part) => [...part]).join('');
  };
  const root = () => navigator.storage.getDirectory();
  window.showSaveFilePicker = async ({ suggestedName }) => (await root()).getFileHandle(suggestedName, { create: true });
  window.moimFiles = {
    give(type, name, megabytes) {
      const part = (_, i) => new Uint8Array(1 << 20).map((_, j) => (i * 7 + j * 31 + (j >> 8)) & 255);
      this.file = new File([...Array.from({ length: megabytes }, part), 'end'], name);
      const data = new DataTransfer();
      data.items.add(this.file);
      const init = { bubbles: true, cancelable: true };
      const paste = () => new ClipboardEvent(type, { clipboardData: data, ...init });
      const drag = () => new DragEvent(type, { dataTransfer: data, ...init });
      document.body.dispatchEvent(type === 'paste' ? paste() : drag());
    },
    given() {
      return digest(this.file);
    },
    async saved(name) {
      return digest(await (await (await root()).getFileHandle(name)).getFile());
    },
    async names() {
      const names = [];
      for await (const name of (await root()).keys()) names.push(name);
      return names.join();
    },
    cut() {
      for (const pc of connections) {
        pc.close();
        Object.defineProperty(pc, 'connectionState', { get: () => 'failed' });
        pc.dispatchEvent(new Event('connectionstatechange'));
      }
    },
  };
})()`

var filesRegion = &in{role: "region", name: "Files"}

// browserFiles sends files from one page to another: dropped, pasted, declined,
// cancelled, and in spite of a lost connection.
func browserFiles(t *testing.T, c *chromium) {
	s := startSite(t)
	mina, jonas := c.person(t, s, "Mina", look{}), c.person(t, s, "Jonas", look{})
	for _, p := range []*person{mina, jonas} {
		p.prepares(filesScript)
	}
	meet("files", mina, jonas)

	mina.gives("dragover", "map.bin", 0)
	mina.readsPage("Drop to send to everyone")
	mina.gives("drop", "map.bin", 3)
	mina.readsIn(filesRegion, "waiting for an answer")
	mina.eventually("the sign is gone", func(ctx context.Context) error {
		shown, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("document.body.innerText.includes('Drop to send')"))
		if err == nil && shown {
			err = errors.New("it is there")
		}
		return err
	})
	jonas.clicks("button", "Chat")
	jonas.readsIn(filesRegion, "from Mina")
	if names := jonas.waits("moimFiles.names()"); names != "" {
		t.Errorf("%s is written before anyone has said so", names)
	}
	jonas.clicksIn(filesRegion, "button", "Save")
	jonas.readsIn(filesRegion, "saved")
	mina.readsIn(filesRegion, "received")
	jonas.hasSaved("map.bin", mina)

	jonas.gives("paste", "photo\u202egpj.exe", 1)
	mina.readsIn(filesRegion, "photogpj.exe")
	mina.clicksIn(filesRegion, "button", "Decline")
	jonas.readsIn(filesRegion, "did not want it")
	for _, p := range []*person{mina, jonas} {
		p.clicks("button", "Clear finished")
		p.misses("region", "Files")
	}

	mina.gives("drop", "big.bin", 24)
	jonas.clicksIn(filesRegion, "button", "Save")
	jonas.progresses("big.bin", 1)
	jonas.waits("moimFiles.cut()")
	jonas.within(2*patience, "has it all in spite of the cut", func(ctx context.Context) error {
		shown, err := jonas.text(ctx, filesRegion)
		if err == nil && !strings.Contains(shown, "saved") {
			err = errors.New(shown)
		}
		return err
	})
	jonas.hasSaved("big.bin", mina)

	mina.gives("drop", "more.bin", 32)
	jonas.clicksIn(filesRegion, "button", "Save")
	jonas.progresses("more.bin", 1)
	mina.clicksIn(filesRegion, "button", "Cancel")
	jonas.readsIn(filesRegion, "cancelled by Mina")
	mina.clicksIn(filesRegion, "button", "Try again")
	jonas.sees("button", "Save")
	mina.clicks("button", "Leave")
	jonas.readsIn(filesRegion, "Mina has left")
}

// gives hands the page a file of some MiB, by dragging it over, dropping or pasting it.
func (p *person) gives(how, name string, megabytes int) {
	p.t.Helper()
	p.waits(fmt.Sprintf("moimFiles.give(%q, %q, %d)", how, name, megabytes))
}

// waits is what a promise comes to, as a string.
func (p *person) waits(expression string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	result, err := chromedp.Run(ctx, chromedp.Evaluate[string]("(async () => String(await "+expression+"))()", chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %s: %v", p.name, expression, err)
	}
	return result
}

// progresses waits until more than some percent of a file have come.
func (p *person) progresses(name string, percent float64) {
	p.t.Helper()
	p.eventually("gets "+name, func(ctx context.Context) error {
		bar, err := p.one(ctx, filesRegion, "progressbar", "Progress of "+name)
		if err != nil {
			return err
		}
		now, err := call[float64](ctx, bar, `function () { return Number(this.ariaValueNow); }`)
		if err == nil && now < percent {
			err = errors.New("too little has come")
		}
		return err
	})
}

// hasSaved compares what was saved with what another has given last.
func (p *person) hasSaved(name string, from *person) {
	p.t.Helper()
	if got, want := p.waits(fmt.Sprintf("moimFiles.saved(%q)", name)), from.waits("moimFiles.given()"); got != want {
		p.t.Errorf("%s has %.40s…, want %.40s…", p.name, got, want)
	}
}

// browserFilesPictures stores pictures of files on their way.
func browserFilesPictures(t *testing.T, c *chromium) {
	folder := pictureFolder(t)
	s := startSite(t)
	desk := look{width: 1280, height: 800}
	mina, jonas := c.person(t, s, "Mina", desk), c.person(t, s, "Jonas", look{width: 1280, height: 800, language: "ko"})
	for _, p := range []*person{mina, jonas} {
		p.prepares(filesScript)
		p.prepares("window.showSaveFilePicker = undefined")
	}
	mina.join("files")
	jonas.open("/r/files")
	jonas.fills("내 이름", "Jonas")
	jonas.clicks("button", "참여")
	mina.seesIn(stage, "group", "Jonas")
	mina.gives("drop", "Programme of the autumn meeting, final version.pdf", 3)
	mina.readsIn(filesRegion, "waiting")
	jonas.clicks("button", "채팅")
	part := &in{role: "region", name: "파일"}
	jonas.clicksIn(part, "button", "저장")
	mina.readsIn(filesRegion, "received")
	mina.gives("drop", "harbour.jpg", 1)
	jonas.clicksIn(part, "button", "거절")
	mina.gives("drop", "film.mp4", 120)
	jonas.clicksIn(part, "button", "저장")
	mina.progresses("film.mp4", 1)
	jonas.gives("drop", "사진 모음.zip", 2)
	mina.sees("button", "Save")
	for _, p := range []*person{mina, jonas} {
		for suffix, l := range map[string]look{
			"":       desk,
			"-dark":  {width: 1280, height: 800, dark: true},
			"-phone": {width: 390, height: 844, phone: true},
			"-small": {width: 320, height: 568, phone: true, dark: true},
		} {
			p.wear(l)
			p.draws()
			if err := p.picture(filepath.Join(folder, "files-"+p.name+suffix+".png")); err != nil {
				t.Fatal(err)
			}
		}
	}
	mina.wear(desk)
	mina.gives("dragover", "x", 0)
	mina.draws()
	if err := mina.picture(filepath.Join(folder, "files-drop.png")); err != nil {
		t.Fatal(err)
	}
}
