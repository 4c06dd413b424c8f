//go:build browser

package main

import "testing"

func browserRefused(t *testing.T, c *chromium) {
	s := startSite(t)
	refusing := startChromium(t, map[string]any{"use-fake-ui-for-media-stream": "deny"})
	mina, jonas := c.person(t, s, "Mina", look{}), refusing.person(t, s, "Jonas", look{})
	mina.join("tea")
	jonas.open("/r/tea")
	jonas.reads("main", "", "Camera and microphone are blocked. Allow them in the browser’s address bar, or just watch and listen.")
	jonas.joinsEmptyHanded(mina)

	jonas.clicks("button", "Unmute")
	jonas.sees("button", "Close")
	jonas.readsPage("Camera and microphone are blocked.")
	jonas.sees("button", "Unmute")
}

func browserNoDevices(t *testing.T, c *chromium) {
	s := startSite(t)
	bare := startChromium(t, map[string]any{"use-fake-device-for-media-stream": "device-count=0"})
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")

	jonas := bare.person(t, s, "Jonas", look{})
	jonas.open("/r/tea")
	jonas.reads("main", "", "No camera was found. Connect one and turn the camera on, or go on without it.")
	jonas.sees("button", "Mute")
	jonas.join("tea")
	jonas.receives(mina)
	mina.getsSound(jonas)
	mina.reads("group", "Jonas", "Camera off")
	mina.readsNot("group", "Jonas", "Muted")

	sora := bare.person(t, s, "Sora", look{deaf: true})
	sora.open("/r/tea")
	sora.reads("main", "", "No camera and no microphone were found. Connect them, or just watch and listen.")
	sora.joinsEmptyHanded(mina)
}

// joinsEmptyHanded goes through the door without devices and receives somebody
// who is there.
func (p *person) joinsEmptyHanded(there *person) {
	p.t.Helper()
	p.sees("button", "Unmute")
	p.sees("button", "Turn camera on")
	p.fills("Your name", p.name)
	p.clicks("button", "Join")
	p.sees("button", "Leave")
	p.holds(0, 0)
	p.receives(there)
	there.reads("group", p.name, "Camera off")
	there.reads("group", p.name, "Muted")
}

// browserStill has the devices come late: Join, which a hand may be on its way
// to, stays where it is.
func browserStill(t *testing.T, c *chromium) {
	s := startSite(t)
	for _, size := range [][2]int64{{1000, 640}, {1440, 900}, {700, 480}, {390, 844}} {
		mina := c.person(t, s, "Mina", look{width: size[0], height: size[1]})
		mina.prepares(`{
  const granted = new Promise((resolve) => { window.grant = resolve; });
  const devices = navigator.mediaDevices;
  for (const name of ['getUserMedia', 'enumerateDevices']) {
    const ask = devices[name].bind(devices);
    devices[name] = (...wanted) => granted.then(() => ask(...wanted));
  }
}`)
		mina.open("/r/tea")
		mina.sees("button", "Join")
		mina.reads("main", "", "Nobody is here yet")
		const top = `document.querySelector('[type="submit"]').getBoundingClientRect().top`
		before := mina.eval(top)
		mina.eval("grant()")
		mina.sees("combobox", "Camera")
		if after := mina.eval(top); after != before {
			t.Errorf("at %d by %d Join moves from %s to %s", size[0], size[1], before, after)
		}
		mina.close()
	}
}
