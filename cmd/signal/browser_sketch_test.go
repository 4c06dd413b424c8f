//go:build browser

package main

import (
	"bufio"
	"fmt"
	"image/color"
	"math"
	"os"
)

// sketch is somebody drawn, for a camera to show.
type sketch struct {
	ground, wall       color.RGBA // behind them, below and above
	hair, skin, jumper color.RGBA
	longHair           bool
}

var sketches = []sketch{
	{
		ground: color.RGBA{R: 0xd8, G: 0xc3, B: 0xa5, A: 0xff}, wall: color.RGBA{R: 0xf1, G: 0xe7, B: 0xd6, A: 0xff},
		hair: color.RGBA{R: 0x2b, G: 0x22, B: 0x20, A: 0xff}, skin: color.RGBA{R: 0xf0, G: 0xc8, B: 0xa8, A: 0xff},
		jumper: color.RGBA{R: 0x2f, G: 0x6f, B: 0x73, A: 0xff}, longHair: true,
	},
	{
		ground: color.RGBA{R: 0x8f, G: 0xa8, B: 0xb8, A: 0xff}, wall: color.RGBA{R: 0xcf, G: 0xdd, B: 0xe4, A: 0xff},
		hair: color.RGBA{R: 0x8a, G: 0x5a, B: 0x2e, A: 0xff}, skin: color.RGBA{R: 0xf3, G: 0xd3, B: 0xb8, A: 0xff},
		jumper: color.RGBA{R: 0x9c, G: 0x3d, B: 0x32, A: 0xff},
	},
	{
		ground: color.RGBA{R: 0x9d, G: 0xb3, B: 0x93, A: 0xff}, wall: color.RGBA{R: 0xe0, G: 0xe8, B: 0xd4, A: 0xff},
		hair: color.RGBA{R: 0x1c, G: 0x1a, B: 0x22, A: 0xff}, skin: color.RGBA{R: 0xc9, G: 0x93, B: 0x6b, A: 0xff},
		jumper: color.RGBA{R: 0xd6, G: 0xa1, B: 0x3d, A: 0xff}, longHair: true,
	},
}

// A film is as large as browserScreenshots asks for, and short: it is repeated.
const (
	filmWidth  = sharp
	filmHeight = sharp * 9 / 16
	filmFrames = 30
)

// film writes the sketch, which moves a little, as a YUV4MPEG2 file.
func (s sketch) film(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	w := bufio.NewWriter(file)
	fmt.Fprintf(w, "YUV4MPEG2 W%d H%d F15:1 Ip A1:1 C420mpeg2\n", filmWidth, filmHeight)
	for n := range filmFrames {
		fmt.Fprint(w, "FRAME\n")
		sway := 4 * math.Sin(2*math.Pi*float64(n)/filmFrames)
		w.Write(s.frame(sway))
	}
	return w.Flush()
}

// frame is one picture: its luma, then the two chroma planes at half the size.
func (s sketch) frame(sway float64) []byte {
	luma := make([]byte, 0, filmWidth*filmHeight*3/2)
	var blue, red []byte
	for y := range filmHeight {
		for x := range filmWidth {
			c := s.at(float64(x)-sway, float64(y))
			l, cb, cr := color.RGBToYCbCr(c.R, c.G, c.B)
			luma = append(luma, narrow(l, 219))
			if x%2 == 0 && y%2 == 0 {
				blue, red = append(blue, narrow(cb, 224)), append(red, narrow(cr, 224))
			}
		}
	}
	return append(append(luma, blue...), red...)
}

// narrow puts a value into the narrow range (ITU-R BT.601, table 3).
func narrow(v uint8, steps int) byte { return byte(16 + int(v)*steps/255) }

// at is the colour at a place, from the front to the back.
func (s sketch) at(x, y float64) color.RGBA {
	const (
		middle = filmWidth / 2
		dark   = 0x30
	)
	black := color.RGBA{R: dark, G: dark, B: dark, A: 0xff}
	inside := func(cx, cy, rx, ry float64) bool { return math.Hypot((x-cx)/rx, (y-cy)/ry) < 1 }
	smile := inside(middle, 196, 22, 14) && !inside(middle, 189, 25, 14)
	switch {
	case inside(middle-24, 152, 5, 6), inside(middle+24, 152, 5, 6), smile:
		return black
	case inside(middle, 106, 66, 34) && y < 128:
		return s.hair
	case inside(middle, 162, 58, 70):
		return s.skin
	case inside(middle, 140, 72, 76) && y < 150, s.longHair && inside(middle, 180, 84, 112) && y < 262:
		return s.hair
	case inside(middle, 230, 26, 50):
		return s.skin
	case inside(middle, 390, 168, 132):
		return s.jumper
	}
	return mix(s.wall, s.ground, y/filmHeight)
}

// mix is a colour between two.
func mix(a, b color.RGBA, share float64) color.RGBA {
	part := func(a, b uint8) uint8 { return uint8(float64(a) + (float64(b)-float64(a))*share) }
	return color.RGBA{R: part(a.R, b.R), G: part(a.G, b.G), B: part(a.B, b.B), A: 0xff}
}
