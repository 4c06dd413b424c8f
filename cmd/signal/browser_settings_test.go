//go:build browser

package main

import (
	"context"
	"fmt"
	"testing"
)

var settings = &in{role: "dialog", name: "Settings"}

// devices of a browser that the test plugs and unplugs: its tracks end as those
// of a device that is gone, and the list is without it.
const devices = `(() => {
	const devices = navigator.mediaDevices, gone = new Set(), tracks = [];
	const { getUserMedia, enumerateDevices } = devices;
	devices.getUserMedia = async (wants) => {
		const stream = await getUserMedia.call(devices, wants);
		tracks.push(...stream.getTracks());
		return stream;
	};
	devices.enumerateDevices = async () => (await enumerateDevices.call(devices)).filter(({ label }) => !gone.has(label));
	const label = (kind, i) => tracks.filter((track) => track.kind === kind && track.readyState === 'live').at(-1)?.label;
	window.inUse = label;
	window.unplug = (kind) => {
		const name = label(kind);
		gone.add(name);
		for (const track of tracks) {
			if (track.label !== name || track.readyState !== 'live') continue;
			track.stop();
			track.dispatchEvent(new Event('ended'));
		}
		devices.dispatchEvent(new Event('devicechange'));
		return name;
	};
	window.plug = () => {
		gone.clear();
		devices.dispatchEvent(new Event('devicechange'));
	};
})()`

// browserSettings chooses other devices in the middle of a call, unplugs them
// and plugs them in again.
func browserSettings(t *testing.T, c *chromium) {
	s := startSite(t)
	several := startChromium(t, map[string]any{"use-fake-device-for-media-stream": "device-count=3"}) // the second of them is a depth camera
	mina, jonas := several.person(t, s, "Mina", look{}), c.person(t, s, "Jonas", look{})
	mina.prepares(devices)
	mina.open("/r/tea")
	mina.sees("combobox", "Microphone")
	mina.sees("combobox", "Camera")
	mina.holds(1, 1)
	first := mina.uses("video")
	const another = "fake_device_2"
	mina.choosesCamera(nil, another)
	meet("tea", mina, jonas)
	mina.becomes("video", another)
	jonas.receives(mina)

	mina.clicks("button", "Settings")
	mina.choosesCamera(settings, first)
	mina.holds(1, 1)
	jonas.receives(mina)
	mina.clicksIn(settings, "switch", "Sounds")
	mina.clicksIn(settings, "button", "Close")

	mina.eval(`window.unplug('video')`)
	mina.readsPage("The camera is gone.")
	jonas.receives(mina)
	mina.sees("button", "Turn camera off")
	mina.eval(`window.plug()`)
	mina.becomes("video", first)
	jonas.receives(mina)

	mina.open("/r/tea")
	mina.becomes("video", first)
	mina.join("tea")
	mina.clicks("button", "Settings")
	mina.has("switch", "Sounds", "checked", "false")
	mina.chooses("combobox", "Language", "ko")
	mina.clicksIn(&in{role: "dialog", name: "설정"}, "button", "닫기")
	mina.sees("button", "음소거")
	mina.connects(1)
	jonas.receives(mina)
	mina.sees("button", "나가기")
}

// uses is the name of the camera ("video") or microphone ("audio") in use.
func (p *person) uses(kind string) string {
	p.t.Helper()
	return p.eval(fmt.Sprintf(`String(window.inUse(%q))`, kind))
}

// becomes waits until a device is in use.
func (p *person) becomes(kind, label string) {
	p.t.Helper()
	p.eventually("uses "+label, func(context.Context) error {
		if used := p.uses(kind); used != label {
			return fmt.Errorf("it uses %q", used)
		}
		return nil
	})
}

// choosesCamera chooses a camera and waits until it is used.
func (p *person) choosesCamera(part *in, label string) {
	p.t.Helper()
	p.eventually("chooses "+label, func(ctx context.Context) error {
		e, err := p.one(ctx, part, "combobox", "Camera")
		if err != nil {
			return err
		}
		found, err := call[bool](ctx, e, `function (label) {
			const option = [...this.options].find(({ text }) => text === label);
			if (!option) return false;
			this.value = option.value;
			this.dispatchEvent(new Event('change', { bubbles: true }));
			return true;
		}`, label)
		if err == nil && !found {
			err = fmt.Errorf("there is no %s", label)
		}
		return err
	})
	p.becomes("video", label)
}
