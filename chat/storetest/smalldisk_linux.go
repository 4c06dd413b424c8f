package storetest

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// SmallDisk runs the test that calls it again in a process of its own, which
// sees a file system of so many KiB that nobody else does. In that process it
// answers the folder and true, in the first one false once the other has ended.
// The test can mount the folder anew with other options. It needs root or user namespaces.
func SmallDisk(t *testing.T, kib int) (folder string, inside bool) {
	t.Helper()
	const marker = "MOIM_TEST_SMALL_DISK"
	if os.Getenv(marker) != "" {
		folder = t.TempDir()
		if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, fmt.Sprintf("size=%dk", kib)); err != nil {
			t.Fatalf("mount a small disk: %v", err)
		}
		t.Cleanup(func() {
			if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
				t.Error(err)
			}
		})
		return folder, true
	}
	self := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	self.Env = append(os.Environ(), marker+"=1")
	self.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Unshareflags: syscall.CLONE_NEWNS}
	if uid := os.Getuid(); uid != 0 {
		self.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		self.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: uid, Size: 1}}
	}
	out, err := self.CombinedOutput()
	if err != nil {
		t.Fatalf("on a small disk (it needs root, or user namespaces): %v\n%s", err, out)
	}
	return "", false
}
