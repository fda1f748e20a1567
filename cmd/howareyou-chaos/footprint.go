package main

import (
	"fmt"
	"os"
	"strings"
)

// footprint is what a process holds, where the system tells: memory and open
// files, connections among them.
func footprint(pid int) string {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return "not known on this system"
	}
	memory := "?"
	for line := range strings.Lines(string(status)) {
		if kept, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			memory = strings.TrimSpace(kept)
		}
	}
	files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		return memory
	}
	return fmt.Sprintf("%s, %d open files", memory, len(files))
}
