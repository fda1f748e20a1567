package deploy

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// Image is what the last stage of a Dockerfile leaves behind for whoever starts
// a container, and how its binary was built.
type Image struct {
	From       string   // what the last stage starts from
	Entrypoint []string // the program
	Cmd        []string // its arguments, when a service names none
	User       string   // uid:gid that it runs as
	Build      []string // the commands of the earlier stages
}

// LoadImage reads a Dockerfile that keeps to the exec form of ENTRYPOINT and
// CMD; the shell form fails, since the image has no shell.
func LoadImage(path string) (*Image, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var img Image
	joined := strings.ReplaceAll(string(src), "\\\n", " ")
	for line := range strings.Lines(joined) {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		rest = strings.TrimSpace(rest)
		switch word {
		case "FROM":
			img = Image{From: rest, Build: img.Build} // a stage knows nothing of the one before
		case "RUN":
			img.Build = append(img.Build, rest)
		case "USER":
			img.User = rest
		case "ENTRYPOINT":
			err = json.Unmarshal([]byte(rest), &img.Entrypoint)
		case "CMD":
			err = json.Unmarshal([]byte(rest), &img.Cmd)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %s %s: %w", path, word, rest, err)
		}
	}
	return &img, nil
}

// CommandLine is what a container of this image runs for a service.
func (img *Image) CommandLine(s Service) []string {
	program, args := img.Entrypoint, img.Cmd
	if len(s.Entrypoint) > 0 {
		program, args = s.Entrypoint, nil
	}
	if len(s.Command) > 0 {
		args = s.Command
	}
	return append(append([]string(nil), program...), args...)
}
