package shparse

import "strings"

// A namedModel is a row of the table of commands.
type namedModel struct {
	name  string
	flags string // as in subcommand; "*" for a command that takes its own words apart
	model func(*call, *parsedFlags) outcome
}

// run applies the model. Flags that the table lacks make the command unknown.
func (m *namedModel) run(c *call) outcome {
	if m.flags == "*" {
		return m.model(c, &parsedFlags{args: c.argv[1:]})
	}
	names, first := strings.CutPrefix(m.flags, "+")
	p, err := flagSpec{names: names, first: first, style: gnuStyle}.parse(c.argv[1:])
	switch {
	case err != nil:
		return unknown(c)
	case p.has("help"):
		return c.printsUnknown()
	}
	return m.model(c, &p)
}

// models is the table of the host's commands, by name. Source of the flags: the
// manuals of GNU coreutils, tar, grep, sed, findutils, gzip, curl, wget, rsync and
// Info-ZIP.
var models = []namedModel{
	{":", "*", nothing},
	{"add-apt-repository", "*", network},
	{"addgroup", "*", network},
	{"adduser", "*", network},
	{"apk", "*", network},
	{"apt", "*", network},
	{"apt-get", "*", network},
	{"apt-key", "*", network},
	{"arch", "*", reports},
	{"awk", "field-separator,F= assign,v= file,f=", awk},
	{"aws", "*", transfers},
	{"az", "*", transfers},
	{"banner", "*", reports},
	{"base64", "*", readsNamed},
	{"basename", "multiple,a suffix,s= zero,z", baseNames},
	{"bc", "*", reports},
	{"beep", "*", nothing},
	{"brew", "*", network},
	{"bsdtar", "*", tarFiles},
	{"bunzip2", "" +
		"decompress,uncompress,d keep,k stdout,to-stdout,c force,f quiet,q verbose,v recursive,r fast best name,N " +
		"no-name,n test,t threads,T= rsyncable extreme,e rm 0 1 2 3 4 5 6 7 8 9", decompressFiles},
	{"bzcat", "*", readsNamed},
	{"bzip2", "" +
		"decompress,uncompress,d keep,k stdout,to-stdout,c force,f quiet,q verbose,v recursive,r fast best name,N " +
		"no-name,n test,t threads,T= rsyncable extreme,e rm 0 1 2 3 4 5 6 7 8 9", compressFiles},
	{"cal", "*", reports},
	{"cat", "" +
		"number,n number-nonblank,b squeeze-blank,s show-all,A show-ends,E show-tabs,T show-nonprinting,v e t u", catFiles},
	{"cf", "*", network},
	{"chgrp", "" +
		"recursive,R changes,c silent,quiet,f verbose,v no-dereference,h reference= H L P", changeOwners},
	{"chmod", "*", changeModes},
	{"chown", "" +
		"recursive,R changes,c silent,quiet,f verbose,v no-dereference,h reference= from= H L P", changeOwners},
	{"cksum", "*", readsNamed},
	{"clear", "*", nothing},
	{"cmp", "" +
		"quiet,silent,s verbose,l bytes,n= print-bytes,b ignore-initial,i=", answers},
	{"column", "*", readsNamed},
	{"comm", "*", readsNamed},
	{"command", "*", answers},
	{"consul", "*", network},
	{"cosign", "*", network},
	{"cowsay", "*", reports},
	{"cp", "" +
		"archive,a recursive,r R force,f preserve? p no-preserve= verbose,v no-clobber,n update,u? backup,b? " +
		"suffix,S= dereference,L no-dereference,P H d link,l symbolic-link,s target-directory,t= " +
		"no-target-directory,T interactive,i one-file-system,x parents remove-destination strip-trailing-slashes " +
		"reflink? sparse= attributes-only", copyFiles},
	{"crane", "*", transfers},
	{"curl", "" +
		"output,o= remote-name,O remote-name-all remote-header-name,J output-dir= silent,s show-error,S location,L " +
		"fail,f insecure,k verbose,v head,I include,i get,G progress-bar,# no-progress-meter ipv4,4 ipv6,6 compressed " +
		"globoff,g no-buffer,N header,H= request,X= data,d= data-binary= data-raw= data-urlencode= user,u= " +
		"user-agent,A= referer,e= cookie,b= cookie-jar,c= upload-file,T= form,F= max-time,m= connect-timeout= retry= " +
		"retry-delay= retry-max-time= retry-connrefused retry-all-errors write-out,w= range,r= cert,E= key= cacert= " +
		"capath= proxy,x= continue-at,C= create-dirs proto= tlsv1.2 tlsv1.3 tlsv1 http1.1 http2 fail-with-body " +
		"netrc,n oauth2-bearer= url= resolve= interface= limit-rate= unix-socket= max-redirs= noproxy= dump-header,D= " +
		"stderr= config,K= time-cond,z= remote-time,R speed-limit,Y= speed-time,y= parallel,Z disable,q anyauth basic " +
		"digest location-trusted ssl path-as-is ciphers= pinnedpubkey= tls-max= json=", curl},
	{"cut", "" +
		"fields,f= delimiter,d= characters,c= bytes,b= complement only-delimited,s output-delimiter= " +
		"zero-terminated,z", cutColumns},
	{"date", "*", reports},
	{"dc", "*", reports},
	{"dd", "*", copyBlocks},
	{"df", "*", reports},
	{"diff", "" +
		"brief,q unified,u? recursive,r new-file,N ignore-all-space,w ignore-space-change,b ignore-blank-lines,B " +
		"context,c? exclude,x= side-by-side,y report-identical-files,s U= color? ignore-case,i text,a", answers},
	{"dig", "*", answers},
	{"dir", "" +
		"all,a almost-all,A l h,human-readable 1 recursive,R directory,d size,s t r,reverse S color? F,classify? G " +
		"inode,i numeric-uid-gid,n g o C x m U sort= time= full-time dereference,L group-directories-first " +
		"quote-name,Q block-size= c u X v", listFiles},
	{"dirname", "zero,z", dirNames},
	{"dive", "*", network},
	{"dmesg", "*", reports},
	{"dnf", "*", network},
	{"dnsdomainname", "*", reports},
	{"docker-machine", "*", network},
	{"doctl", "*", network},
	{"domainname", "*", reports},
	{"dos2unix", "*", changesNamed},
	{"du", "*", readsNamed},
	{"echo", "*", echo},
	{"ecs-cli", "*", network},
	{"ecs-deploy", "*", network},
	{"egrep", "" +
		"regexp,e= file,f= quiet,silent,q fixed-strings,F extended-regexp,E perl-regexp,P basic-regexp,G " +
		"invert-match,v ignore-case,i only-matching,o count,c line-number,n with-filename,H no-filename,h " +
		"files-with-matches,l files-without-match,L recursive,r R word-regexp,w line-regexp,x no-messages,s " +
		"max-count,m= after-context,A= before-context,B= context,C= color? colour? include= exclude= exclude-dir= " +
		"text,a null,Z byte-offset,b", grep},
	{"eksctl", "*", network},
	{"env", "*", reports},
	{"envsubst", "*", readsNamed},
	{"expand", "*", readsNamed},
	{"expr", "*", expr},
	{"false", "*", failing},
	{"fgrep", "" +
		"regexp,e= file,f= quiet,silent,q fixed-strings,F extended-regexp,E perl-regexp,P basic-regexp,G " +
		"invert-match,v ignore-case,i only-matching,o count,c line-number,n with-filename,H no-filename,h " +
		"files-with-matches,l files-without-match,L recursive,r R word-regexp,w line-regexp,x no-messages,s " +
		"max-count,m= after-context,A= before-context,B= context,C= color? colour? include= exclude= exclude-dir= " +
		"text,a null,Z byte-offset,b", grep},
	{"figlet", "*", reports},
	{"file", "*", readsNamed},
	{"find", "*", findFiles},
	{"fmt", "*", readsNamed},
	{"fold", "*", readsNamed},
	{"free", "*", reports},
	{"gawk", "field-separator,F= assign,v= file,f=", awk},
	{"gcloud", "*", transfers},
	{"gdate", "*", reports},
	{"getconf", "*", reports},
	{"getent", "*", reports},
	{"gfind", "*", findFiles},
	{"gh", "*", network},
	{"git", "*", git},
	{"glab", "*", network},
	{"greadlink", "" +
		"canonicalize,f canonicalize-existing,e canonicalize-missing,m no-newline,n quiet,silent,q,s verbose,v zero,z", readLinks},
	{"grep", "" +
		"regexp,e= file,f= quiet,silent,q fixed-strings,F extended-regexp,E perl-regexp,P basic-regexp,G " +
		"invert-match,v ignore-case,i only-matching,o count,c line-number,n with-filename,H no-filename,h " +
		"files-with-matches,l files-without-match,L recursive,r R word-regexp,w line-regexp,x no-messages,s " +
		"max-count,m= after-context,A= before-context,B= context,C= color? colour? include= exclude= exclude-dir= " +
		"text,a null,Z byte-offset,b", grep},
	{"groupadd", "*", network},
	{"groups", "*", reports},
	{"grype", "*", network},
	{"gsed", "" +
		"in-place,i? expression,e= file,f= quiet,silent,n regexp-extended,E,r separate,s null-data,z unbuffered,u", streamEdit},
	{"gsutil", "*", transfers},
	{"gtar", "*", tarFiles},
	{"gunzip", "" +
		"decompress,uncompress,d keep,k stdout,to-stdout,c force,f quiet,q verbose,v recursive,r fast best name,N " +
		"no-name,n test,t threads,T= rsyncable extreme,e rm 0 1 2 3 4 5 6 7 8 9", decompressFiles},
	{"gzip", "" +
		"decompress,uncompress,d keep,k stdout,to-stdout,c force,f quiet,q verbose,v recursive,r fast best name,N " +
		"no-name,n test,t threads,T= rsyncable extreme,e rm 0 1 2 3 4 5 6 7 8 9", compressFiles},
	{"hadolint", "*", readsNamed},
	{"hash", "*", answers},
	{"head", "*", headOrTail(headLines)},
	{"helm", "*", network},
	{"heroku", "*", network},
	{"hexdump", "*", readsNamed},
	{"host", "*", answers},
	{"hostname", "*", reports},
	{"hub", "*", network},
	{"ibmcloud", "*", network},
	{"iconv", "*", readsNamed},
	{"id", "*", reports},
	{"ifconfig", "*", reports},
	{"install", "" +
		"directory,d mode,m= D verbose,v owner,o= group,g= preserve-timestamps,p strip,s backup,b? compare,C c " +
		"target-directory,t= no-target-directory,T", installFiles},
	{"ip", "*", reports},
	{"iptables", "*", network},
	{"join", "*", readsNamed},
	{"jq", "*", readsNamed},
	{"kill", "*", network},
	{"killall", "*", network},
	{"kind", "*", network},
	{"kubectl", "*", network},
	{"launchctl", "*", network},
	{"ldconfig", "*", network},
	{"ldd", "*", readsNamed},
	{"less", "*", readsNamed},
	{"ll", "" +
		"all,a almost-all,A l h,human-readable 1 recursive,R directory,d size,s t r,reverse S color? F,classify? G " +
		"inode,i numeric-uid-gid,n g o C x m U sort= time= full-time dereference,L group-directories-first " +
		"quote-name,Q block-size= c u X v", listFiles},
	{"ln", "" +
		"symbolic,s force,f no-dereference,n verbose,v relative,r target-directory,t= no-target-directory,T backup,b? " +
		"interactive,i logical,L physical,P", linkFiles},
	{"locale", "*", reports},
	{"logger", "*", nothing},
	{"ls", "" +
		"all,a almost-all,A l h,human-readable 1 recursive,R directory,d size,s t r,reverse S color? F,classify? G " +
		"inode,i numeric-uid-gid,n g o C x m U sort= time= full-time dereference,L group-directories-first " +
		"quote-name,Q block-size= c u X v", listFiles},
	{"lsb_release", "*", reports},
	{"lscpu", "*", reports},
	{"lsof", "*", reports},
	{"lzma", "" +
		"decompress,uncompress,d keep,k stdout,to-stdout,c force,f quiet,q verbose,v recursive,r fast best name,N " +
		"no-name,n test,t threads,T= rsyncable extreme,e rm 0 1 2 3 4 5 6 7 8 9", compressFiles},
	{"mail", "*", network},
	{"mawk", "field-separator,F= assign,v= file,f=", awk},
	{"mc", "*", transfers},
	{"md5", "*", readsNamed},
	{"md5sum", "*", readsNamed},
	{"microdnf", "*", network},
	{"minikube", "*", network},
	{"mkdir", "parents,p mode,m= verbose,v", makeDirs},
	{"mktemp", "directory,d dry-run,u quiet,q tmpdir? p= t suffix=", makeTemp},
	{"modprobe", "*", network},
	{"more", "*", readsNamed},
	{"mount", "*", network},
	{"mv", "" +
		"force,f interactive,i no-clobber,n verbose,v update,u? backup,b? suffix,S= target-directory,t= " +
		"no-target-directory,T strip-trailing-slashes", moveFiles},
	{"nawk", "field-separator,F= assign,v= file,f=", awk},
	{"nc", "*", answers},
	{"ncat", "*", answers},
	{"netstat", "*", reports},
	{"nl", "*", readsNamed},
	{"nm", "*", readsNamed},
	{"nomad", "*", network},
	{"notify-send", "*", nothing},
	{"nproc", "*", reports},
	{"nslookup", "*", answers},
	{"objdump", "*", readsNamed},
	{"oc", "*", network},
	{"od", "*", readsNamed},
	{"open", "*", network},
	{"oras", "*", transfers},
	{"otool", "*", readsNamed},
	{"pacman", "*", network},
	{"paste", "*", readsNamed},
	{"pgrep", "*", answers},
	{"pidof", "*", answers},
	{"pigz", "" +
		"decompress,uncompress,d keep,k stdout,to-stdout,c force,f quiet,q verbose,v recursive,r fast best name,N " +
		"no-name,n test,t threads,T= rsyncable extreme,e rm 0 1 2 3 4 5 6 7 8 9", compressFiles},
	{"ping", "*", answers},
	{"pkill", "*", network},
	{"printenv", "*", reports},
	{"printf", "*", printf},
	{"ps", "*", reports},
	{"pwd", "logical,L physical,P", workingDir},
	{"rclone", "*", transfers},
	{"readelf", "*", readsNamed},
	{"readlink", "" +
		"canonicalize,f canonicalize-existing,e canonicalize-missing,m no-newline,n quiet,silent,q,s verbose,v zero,z", readLinks},
	{"realpath", "" +
		"canonicalize-existing,e canonicalize-missing,m logical,L physical,P quiet,q relative-to= relative-base= " +
		"strip,no-symlinks,s zero,z", realPaths},
	{"renice", "*", nothing},
	{"reset", "*", nothing},
	{"rev", "*", readsNamed},
	{"rg", "" +
		"regexp,e= file,f= quiet,silent,q fixed-strings,F extended-regexp,E perl-regexp,P basic-regexp,G " +
		"invert-match,v ignore-case,i only-matching,o count,c line-number,n with-filename,H no-filename,h " +
		"files-with-matches,l files-without-match,L recursive,r R word-regexp,w line-regexp,x no-messages,s " +
		"max-count,m= after-context,A= before-context,B= context,C= color? colour? include= exclude= exclude-dir= " +
		"text,a null,Z byte-offset,b", grep},
	{"rm", "" +
		"recursive,r R force,f dir,d verbose,v i I interactive? one-file-system preserve-root? no-preserve-root", removeFiles},
	{"rmdir", "parents,p ignore-fail-on-non-empty verbose,v", removeFiles},
	{"rsync", "" +
		"archive,a recursive,r verbose,v compress,z quiet,q human-readable,h links,l perms,p times,t group,g owner,o " +
		"devices,D progress stats P whole-file,W inplace checksum,c delete delete-after delete-before delete-excluded " +
		"exclude= include= exclude-from= include-from= filter,f= update,u copy-links,L copy-dirlinks,k rsh,e= partial " +
		"dry-run,n chmod= chown= relative,R size-only existing ignore-existing remove-source-files files-from= " +
		"omit-dir-times,O no-owner no-group no-perms no-times numeric-ids hard-links,H acls,A xattrs,X " +
		"executability,E sparse,S force max-size= min-size= timeout= itemize-changes,i cvs-exclude,C " +
		"one-file-system,x", syncFiles},
	{"s3cmd", "*", transfers},
	{"say", "*", nothing},
	{"scp", "*", transfers},
	{"sed", "" +
		"in-place,i? expression,e= file,f= quiet,silent,n regexp-extended,E,r separate,s null-data,z unbuffered,u", streamEdit},
	{"sendmail", "*", network},
	{"seq", "*", sequence},
	{"service", "*", network},
	{"setenforce", "*", network},
	{"sftp", "*", transfers},
	{"sha1sum", "*", readsNamed},
	{"sha256sum", "*", readsNamed},
	{"sha512sum", "*", readsNamed},
	{"shasum", "*", readsNamed},
	{"shellcheck", "*", readsNamed},
	{"size", "*", readsNamed},
	{"skopeo", "*", transfers},
	{"slack", "*", network},
	{"sleep", "*", nothing},
	{"snap", "*", network},
	{"sort", "" +
		"unique,u reverse,r numeric-sort,n version-sort,V key,k= field-separator,t= human-numeric-sort,h " +
		"ignore-case,f ignore-leading-blanks,b output,o= stable,s zero-terminated,z general-numeric-sort,g " +
		"month-sort,M random-sort,R dictionary-order,d check,c", filter(sortLines)},
	{"ss", "*", reports},
	{"ssh", "*", network},
	{"stat", "*", readsNamed},
	{"strings", "*", readsNamed},
	{"stty", "*", nothing},
	{"sum", "*", readsNamed},
	{"sw_vers", "*", reports},
	{"swapoff", "*", network},
	{"swapon", "*", network},
	{"syft", "*", network},
	{"sync", "*", nothing},
	{"sysctl", "*", reports},
	{"systemctl", "*", network},
	{"tac", "*", readsNamed},
	{"tail", "*", headOrTail(tailLines)},
	{"tar", "*", tarFiles},
	{"tee", "append,a ignore-interrupts,i p", teeFiles},
	{"telnet", "*", answers},
	{"toilet", "*", reports},
	{"touch", "" +
		"no-create,c a m date,d= t= reference,r= no-dereference,h time= f", touchFiles},
	{"tput", "*", nothing},
	{"tr", "delete,d squeeze-repeats,s complement,c,C truncate-set1,t", translate},
	{"trivy", "*", network},
	{"true", "*", nothing},
	{"truncate", "size,s= no-create,c io-blocks,o reference,r=", truncateFiles},
	{"tty", "*", reports},
	{"type", "*", answers},
	{"umount", "*", network},
	{"uname", "*", reports},
	{"unexpand", "*", readsNamed},
	{"uniq", "" +
		"count,c repeated,d unique,u ignore-case,i skip-fields,f= skip-chars,s=", filter(uniqueLines)},
	{"unix2dos", "*", changesNamed},
	{"unxz", "" +
		"decompress,uncompress,d keep,k stdout,to-stdout,c force,f quiet,q verbose,v recursive,r fast best name,N " +
		"no-name,n test,t threads,T= rsyncable extreme,e rm 0 1 2 3 4 5 6 7 8 9", decompressFiles},
	{"unzip", "o q n d= l p t v Z j x a u C L", unzipFiles},
	{"unzstd", "" +
		"decompress,uncompress,d keep,k stdout,to-stdout,c force,f quiet,q verbose,v recursive,r fast best name,N " +
		"no-name,n test,t threads,T= rsyncable extreme,e rm 0 1 2 3 4 5 6 7 8 9", decompressFiles},
	{"update-alternatives", "*", network},
	{"update-ca-certificates", "*", network},
	{"uptime", "*", reports},
	{"useradd", "*", network},
	{"usermod", "*", network},
	{"usleep", "*", nothing},
	{"uuidgen", "*", reports},
	{"vault", "*", network},
	{"vdir", "" +
		"all,a almost-all,A l h,human-readable 1 recursive,R directory,d size,s t r,reverse S color? F,classify? G " +
		"inode,i numeric-uid-gid,n g o C x m U sort= time= full-time dereference,L group-directories-first " +
		"quote-name,Q block-size= c u X v", listFiles},
	{"vmstat", "*", reports},
	{"w", "*", reports},
	{"wc", "lines,l words,w bytes,c chars,m max-line-length,L", filter(countText)},
	{"wget", "" +
		"output-document,O= directory-prefix,P= quiet,q verbose,v no-verbose,nv,n continue,c no-check-certificate " +
		"timeout,T= tries,t= header= user= password= user-agent,U= show-progress progress= no-clobber timestamping,N " +
		"recursive,r mirror,m input-file,i= content-disposition spider output-file,o= append-output,a= wait,w= " +
		"waitretry= retry-connrefused no-cookies no-proxy post-data= post-file= method= body-data= body-file= " +
		"ca-certificate= secure-protocol= no-hsts inet4-only,4 inet6-only,6 auth-no-challenge load-cookies= " +
		"save-cookies= no-cache max-redirect= http-user= http-password= referer= background,b limit-rate= " +
		"server-response,S https-only no-parent x connect-timeout= read-timeout= dns-timeout=", wget},
	{"whereis", "*", answers},
	{"which", "*", answers},
	{"who", "*", reports},
	{"whoami", "*", reports},
	{"xargs", "+" +
		"no-run-if-empty,r max-args,n= replace,I= null,0 max-procs,P= max-lines,L= delimiter,d= verbose,t arg-file,a=", xargs},
	{"xdg-open", "*", network},
	{"xmllint", "*", readsNamed},
	{"xxd", "*", readsNamed},
	{"xz", "" +
		"decompress,uncompress,d keep,k stdout,to-stdout,c force,f quiet,q verbose,v recursive,r fast best name,N " +
		"no-name,n test,t threads,T= rsyncable extreme,e rm 0 1 2 3 4 5 6 7 8 9", compressFiles},
	{"xzcat", "*", readsNamed},
	{"yes", "*", reports},
	{"yq", "*", readsNamed},
	{"yum", "*", network},
	{"zcat", "*", readsNamed},
	{"zgrep", "" +
		"regexp,e= file,f= quiet,silent,q fixed-strings,F extended-regexp,E perl-regexp,P basic-regexp,G " +
		"invert-match,v ignore-case,i only-matching,o count,c line-number,n with-filename,H no-filename,h " +
		"files-with-matches,l files-without-match,L recursive,r R word-regexp,w line-regexp,x no-messages,s " +
		"max-count,m= after-context,A= before-context,B= context,C= color? colour? include= exclude= exclude-dir= " +
		"text,a null,Z byte-offset,b", grep},
	{"zip", "" +
		"recurse-paths,r quiet,q verbose,v symlinks,y delete,d exclude,x= include,i= update,u freshen,f filesync,FS " +
		"move,m junk-paths,j names-stdin,@ no-extra,X test,T 0 1 2 3 4 5 6 7 8 9", zipFiles},
	{"zstd", "" +
		"decompress,uncompress,d keep,k stdout,to-stdout,c force,f quiet,q verbose,v recursive,r fast best name,N " +
		"no-name,n test,t threads,T= rsyncable extreme,e rm 0 1 2 3 4 5 6 7 8 9", compressFiles},
	{"zypper", "*", network},
}
